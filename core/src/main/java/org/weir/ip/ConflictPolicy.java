package org.weir.ip;

/// What to do when another host uses an address of ours: RFC 5227 section 2.4.
public enum ConflictPolicy {
    /// Give it up at once: (a).
    GIVE_UP,
    /// Say once that it is ours, and give it up if the other host insists within 10 s: (b).
    DEFEND_ONCE,
    /// Say that it is ours, at most every 10 s, and keep it: (c), for hosts that others know by their address.
    DEFEND
}
