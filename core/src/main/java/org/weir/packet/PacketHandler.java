package org.weir.packet;

/// Told of what happens to an endpoint, in the owner's thread, between packets: it may call anything.
public interface PacketHandler {
    /// A frame waits.
    void readable(PacketEndpoint endpoint);
}
