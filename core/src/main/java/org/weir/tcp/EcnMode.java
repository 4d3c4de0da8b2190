package org.weir.tcp;

/// Whether connections use Explicit Congestion Notification, RFC 3168.
public enum EcnMode {
    /// Never.
    OFF,
    /// Where the peer asks for it, as Linux has it by default.
    PASSIVE,
    /// Our own SYN asks for it too.
    ACTIVE
}
