package org.weir.ip;

/// What becomes of packets that take a route: the types of `ip route`.
public enum RouteType {
    /// They are sent on.
    UNICAST,
    /// They vanish.
    BLACKHOLE,
    /// They are refused: the host cannot be reached.
    UNREACHABLE,
    /// They are refused: an administrator does not want them.
    PROHIBIT
}
