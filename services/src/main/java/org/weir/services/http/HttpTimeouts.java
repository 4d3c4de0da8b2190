package org.weir.services.http;

import org.weir.time.StackClock;

/// How long an HTTP server waits for a client.
///
/// @param requestNs for a TLS handshake; for a request's head from its first octet on; for a body to go on
/// @param idleNs for the next request
/// @param stallNs for a client that takes nothing of an answer
/// @param commentNs between two signs of life on a stream of events
/// @param leastOctetsPerSecond slower than this, on the whole, no body and no answer may be taken, whatever comes
public record HttpTimeouts(long requestNs, long idleNs, long stallNs, long commentNs, int leastOctetsPerSecond) {
    /// @throws IllegalArgumentException if a value is not permitted; the message says what is
    public HttpTimeouts {
        HttpConfig.check("HTTP request time-out (ns)", requestNs, 1, Long.MAX_VALUE / 4);
        HttpConfig.check("HTTP idle time-out (ns)", idleNs, 1, Long.MAX_VALUE / 4);
        HttpConfig.check("HTTP stall time-out (ns)", stallNs, 1, Long.MAX_VALUE / 4);
        HttpConfig.check("HTTP time between comments (ns)", commentNs, 1, Long.MAX_VALUE / 4);
        HttpConfig.check("HTTP least octets per second", leastOctetsPerSecond, 1, 1_000_000_000);
    }

    /// 10 s for a request, 60 s between two, 30 s for a client that takes nothing, 500 octets in a second at least.
    public static HttpTimeouts defaults() {
        return new HttpTimeouts(
                10 * StackClock.SECOND, 60 * StackClock.SECOND, 30 * StackClock.SECOND, 15 * StackClock.SECOND, 500);
    }
}
