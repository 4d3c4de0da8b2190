package org.weir.services.http;

import org.weir.memory.MemoryPlan;

/// The settings of an HTTP server, fixed when it starts.
///
/// @param connections clients at once; one more is closed
/// @param requestBuffer octets of a request's head, the request line included
/// @param bodyLimit octets of a request's body that a handler may get at most
/// @param timeouts how long clients may take
/// @param epochOffsetNs what is added to the stack's time to give nanoseconds since 1970, for the `Date` field
public record HttpConfig(
        int connections, int requestBuffer, long bodyLimit, HttpTimeouts timeouts, long epochOffsetNs) {
    /// RFC 9112 section 3 asks for at least 8,000 octets of request line.
    static final int MAXIMUM_REQUEST_LINE = 8_192;
    /// Octets of an answer's head, unless a handler makes it.
    static final int RESPONSE_BUFFER = 1_280;

    private static final int HEAP_PER_CONNECTION = 1_300;

    /// @throws IllegalArgumentException if a value is not permitted; the message says what is
    public HttpConfig {
        check("HTTP connections", connections, 1, 1 << 16);
        check("HTTP request buffer", requestBuffer, MAXIMUM_REQUEST_LINE, 1 << 20);
        check("HTTP body limit", bodyLimit, 0, Long.MAX_VALUE);
    }

    static void check(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " of " + value + " is not in " + least + " to " + most);
        }
    }

    /// 256 clients with 16 KiB each; bodies up to 1 MiB; the time-outs of [HttpTimeouts#defaults].
    ///
    /// @param epochOffsetNs as above
    public static HttpConfig defaults(long epochOffsetNs) {
        return new HttpConfig(256, 16 * 1024, 1 << 20, HttpTimeouts.defaults(), epochOffsetNs);
    }

    public HttpConfig withConnections(int count) {
        return new HttpConfig(count, requestBuffer, bodyLimit, timeouts, epochOffsetNs);
    }

    public HttpConfig withRequestBuffer(int octets) {
        return new HttpConfig(connections, octets, bodyLimit, timeouts, epochOffsetNs);
    }

    public HttpConfig withBodyLimit(long octets) {
        return new HttpConfig(connections, requestBuffer, octets, timeouts, epochOffsetNs);
    }

    public HttpConfig withTimeouts(HttpTimeouts changed) {
        return new HttpConfig(connections, requestBuffer, bodyLimit, changed, epochOffsetNs);
    }

    /// Adds to `plan` what a server with these settings holds.
    public MemoryPlan addTo(MemoryPlan plan) {
        return plan.arena("HTTP request buffers", connections, requestBuffer)
                .arena("HTTP response heads", connections, RESPONSE_BUFFER)
                .heap("HTTP connections", connections, HEAP_PER_CONNECTION);
    }

    /// As above, for a server over TLS.
    public MemoryPlan addTlsTo(MemoryPlan plan) {
        return addTo(plan).heap("TLS buffers and engines", connections, TlsStream.heapOctets());
    }
}
