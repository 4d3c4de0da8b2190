package org.weir.ip;

import org.jspecify.annotations.Nullable;
import org.weir.memory.Pbuf;

/// Who decides which packets between this host and others are protected, and does it: between IP and the link on the
/// way out, between IP and the transports on the way in. Packets on the loopback never come here.
public interface Protection {
    /// There is neither a policy nor an association: nobody needs to be asked.
    boolean isIdle();

    /// Takes `packet`, which starts with its IP header and is not cut any more, and gives the packet that is to go
    /// out in its place: itself, or a protected one; null if it must not go out (counted).
    @Nullable
    Pbuf outbound(Pbuf packet);

    /// Octets that protection adds at most to what is sent under these names; ports are 0 where there are none.
    int overhead(int source, int destination, int protocol, int sourcePort, int destinationPort);

    /// True if `segment` (borrowed), which starts with its transport header, may come in as it is.
    boolean permitsUnprotected(Pbuf segment, Datagram datagram, int protocol);

    /// Takes a received packet that starts with its ESP header.
    void inbound(Pbuf segment, Datagram datagram);
}
