package org.weir.ip;

import org.weir.memory.Pbuf;

/// Who sees frames as links bring and take them: from the Ethernet header on, or from the IP header on where there is
/// none.
public interface FrameWatcher {
    /// Shows a received frame (borrowed), of which nothing but the length of its link header has been checked.
    /// Returns true if somebody has taken a copy.
    boolean received(Pbuf frame, Netif netif);

    /// Shows a frame (borrowed) that `netif` is about to send.
    void sent(Pbuf frame, Netif netif);
}
