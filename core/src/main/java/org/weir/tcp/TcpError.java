package org.weir.tcp;

/// Why a connection ended or could not be made.
public enum TcpError {
    /// It did not.
    NONE,
    /// The peer answered the SYN with a reset.
    REFUSED,
    /// The peer reset the connection.
    RESET,
    /// No answer for too long.
    TIMED_OUT,
    /// The network or our own ARP says that the peer's host cannot be reached.
    HOST_UNREACHABLE,
    /// A router reports that it knows no way to the peer's network.
    NETWORK_UNREACHABLE,
    /// The stack was closed or needed the connection's memory, or another host turned out to have its address.
    ABORTED,
    /// The stack's filter has rejected what was sent.
    FILTERED
}
