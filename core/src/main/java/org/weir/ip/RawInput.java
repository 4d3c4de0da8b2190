package org.weir.ip;

import org.weir.memory.Pbuf;

/// Who sees packets beside the protocols that they are for.
public interface RawInput {
    /// Nobody wants to see anything.
    boolean isIdle();

    /// Shows a received packet (borrowed), from its IP header on; `datagram` is valid during the call. Returns true
    /// if somebody has taken a copy.
    boolean process(Pbuf packet, Datagram datagram, int protocol);

    /// An error was reported about a packet of `protocol` that this host sent; `error` is valid during the call.
    void processError(IcmpError error, int protocol);
}
