package org.weir.tcp;

/// Why a call could not open, bind or listen.
public enum TcpRefusal {
    /// All connection or listener objects are in use.
    NONE_FREE,
    /// The port is taken.
    IN_USE,
    /// The address is not one of this host.
    NOT_LOCAL,
    /// No free port is left.
    NO_PORT,
    /// No route to the destination.
    NO_ROUTE,
    /// The stack's filter refused it.
    FILTERED
}
