package org.weir.ip;

import org.weir.memory.Pbuf;

/// A protocol above IP.
public interface Transport {
    /// Takes `segment`, which starts with this protocol's header; `datagram` is valid during the call.
    void process(Pbuf segment, Datagram datagram);

    /// An error was reported about a packet that this host sent; `error` is valid during the call.
    void processError(IcmpError error);
}
