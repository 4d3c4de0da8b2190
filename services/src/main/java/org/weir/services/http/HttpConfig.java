package org.weir.services.http;

import org.weir.memory.MemoryPlan;
import org.weir.time.StackClock;

/// The settings of an HTTP server, fixed when it starts.
///
/// @param connections clients at once; one more is closed
/// @param requestBuffer octets of a request's head, the request line included
/// @param requestTimeoutNs how long a request's head may take from its first octet on
/// @param idleTimeoutNs how long a connection may wait for the next request
/// @param stallTimeoutNs how long a client may take nothing of an answer
/// @param epochOffsetNs what is added to the stack's time to give nanoseconds since 1970, for the `Date` field
public record HttpConfig(
        int connections,
        int requestBuffer,
        long requestTimeoutNs,
        long idleTimeoutNs,
        long stallTimeoutNs,
        long epochOffsetNs) {
    /// RFC 9112 section 3 asks for at least 8,000 octets of request line.
    static final int MAXIMUM_REQUEST_LINE = 8_192;
    /// Octets of an answer's head.
    static final int RESPONSE_BUFFER = 512;

    private static final int HEAP_PER_CONNECTION = 400;

    /// @throws IllegalArgumentException if a value is not permitted; the message says what is
    public HttpConfig {
        check("HTTP connections", connections, 1, 1 << 16);
        check("HTTP request buffer", requestBuffer, MAXIMUM_REQUEST_LINE, 1 << 20);
        check("HTTP request time-out (ns)", requestTimeoutNs, 1, Long.MAX_VALUE / 4);
        check("HTTP idle time-out (ns)", idleTimeoutNs, 1, Long.MAX_VALUE / 4);
        check("HTTP stall time-out (ns)", stallTimeoutNs, 1, Long.MAX_VALUE / 4);
    }

    private static void check(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " of " + value + " is not in " + least + " to " + most);
        }
    }

    /// 256 clients with 16 KiB each; 10 s for a request, 60 s between two, 30 s for a client that takes nothing.
    ///
    /// @param epochOffsetNs as above
    public static HttpConfig defaults(long epochOffsetNs) {
        return new HttpConfig(
                256, 16 * 1024, 10 * StackClock.SECOND, 60 * StackClock.SECOND, 30 * StackClock.SECOND, epochOffsetNs);
    }

    public HttpConfig withConnections(int count) {
        return new HttpConfig(count, requestBuffer, requestTimeoutNs, idleTimeoutNs, stallTimeoutNs, epochOffsetNs);
    }

    /// Adds to `plan` what a server with these settings holds.
    public MemoryPlan addTo(MemoryPlan plan) {
        return plan.arena("HTTP request buffers", connections, requestBuffer)
                .arena("HTTP response heads", connections, RESPONSE_BUFFER)
                .heap("HTTP connections", connections, HEAP_PER_CONNECTION);
    }
}
