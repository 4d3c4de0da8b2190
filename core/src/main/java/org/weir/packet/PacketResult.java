package org.weir.packet;

/// How a call on a packet endpoint went.
public enum PacketResult {
    DONE,
    /// Sees all interfaces, or the one that it sees is down: there is no link to send by.
    NO_LINK,
    /// Shorter than the header that it begins with, or an EtherType that the link cannot tell.
    MALFORMED,
    /// Longer than the link carries.
    TOO_LONG,
    /// No buffer is free, or the link takes no more now.
    NO_BUFFER,
    /// The stack's filter refused it.
    FILTERED
}
