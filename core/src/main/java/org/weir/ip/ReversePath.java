package org.weir.ip;

/// How a router checks where a packet comes from, RFC 3704.
public enum ReversePath {
    /// Packets to its source would leave by the interface that it came by: section 2.2.
    STRICT,
    /// There is some route to its source: section 2.4. For networks with more than one way.
    LOOSE,
    /// Not at all.
    OFF
}
