package org.weir.filter;

/// What a filter says of an event.
public enum FilterVerdict {
    /// It goes on.
    ACCEPT,
    /// A packet vanishes without a word; a call fails.
    DROP,
    /// As [#DROP], and whoever sent the packet is told: the other host by a reset or an ICMP error, this one by an
    /// error.
    REJECT
}
