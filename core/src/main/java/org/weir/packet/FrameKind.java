package org.weir.packet;

/// Whom a frame is for, in the order of `PACKET_HOST` and its like: packet(7).
public enum FrameKind {
    /// This station, or a packet of a link without stations.
    HOST,
    BROADCAST,
    MULTICAST,
    /// Another station: only a promiscuous endpoint sees it.
    OTHER_HOST,
    /// This host has sent it.
    OUTGOING
}
