package org.weir.services.dhcp;

/// What a client tells its listener.
public enum DhcpEvent {
    /// It has an address, which is in use from now on: [DhcpClient#lease].
    BOUND,
    /// It may keep the address for longer; all else is as before.
    RENEWED,
    /// It may keep the address for longer, and something else of the lease has changed.
    CHANGED,
    /// No server answers. It goes on asking.
    NO_ANSWER,
    /// No server has let it keep the address in time: the address is gone, and it asks for another.
    EXPIRED,
    /// A server does not want it to have the address: it is gone, if it was there, and it asks for another.
    REFUSED,
    /// Another host has the address: the server was told, the address is gone, and it asks for another.
    DECLINED,
    /// The stack's routing table has no room for the address, which was given back. It tries again.
    NO_ROOM,
    /// The lease file cannot be used, and the client does without: [DhcpClient#warning].
    FILE_PROBLEM,
    /// It has given the address back.
    RELEASED
}
