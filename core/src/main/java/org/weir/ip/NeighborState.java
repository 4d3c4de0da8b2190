package org.weir.ip;

/// How much is known of a neighbour: the states of RFC 4861 section 7.3.2, and two of Linux.
public enum NeighborState {
    /// Nothing: the entry is not in use.
    NONE,
    /// Asked for, not answered yet; one packet or the fragments of one datagram may wait.
    INCOMPLETE,
    /// It has answered lately, or acknowledges what is sent by it.
    REACHABLE,
    /// Known, but perhaps no longer there: found out when it is next used.
    STALE,
    /// Used since; what is sent by it may yet prove that it is there.
    DELAY,
    /// Asked by unicast whether it is still there, in use meanwhile.
    PROBE,
    /// Set by the user: never asked, never changed by what arrives, never given up.
    PERMANENT
}
