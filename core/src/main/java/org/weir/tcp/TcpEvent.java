package org.weir.tcp;

/// What moves a connection from state to state, RFC 9293 section 3.3.2 figure 5.
public enum TcpEvent {
    /// The user listens.
    PASSIVE_OPEN,
    /// The user connects.
    ACTIVE_OPEN,
    /// A SYN without an acknowledgment arrives.
    SYN_ARRIVES,
    /// A SYN that acknowledges ours arrives.
    SYN_ACK_ARRIVES,
    /// Our SYN is acknowledged.
    ACK_OF_SYN_ARRIVES,
    /// The user has nothing more to send.
    CLOSE,
    /// All data and then a FIN have arrived.
    FIN_ARRIVES,
    /// Our FIN is acknowledged.
    ACK_OF_FIN_ARRIVES,
    /// Twice the maximum segment lifetime has passed.
    TWO_MSL_PASSED,
    /// A reset arrives, the user aborts, or the connection has timed out.
    ABORT
}
