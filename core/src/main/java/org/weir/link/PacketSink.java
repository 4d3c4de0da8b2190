package org.weir.link;

import org.weir.memory.Pbuf;

/// Takes packets one by one.
@FunctionalInterface
public interface PacketSink {
    /// Takes `packet`.
    void process(Pbuf packet);
}
