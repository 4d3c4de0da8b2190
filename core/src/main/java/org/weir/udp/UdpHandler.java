package org.weir.udp;

/// Told what happens to a UDP endpoint, in the owner's thread, between packets: it may call anything.
public interface UdpHandler {
    /// Datagrams wait in `endpoint`.
    void readable(UdpEndpoint endpoint);

    /// The destination of an earlier datagram of a connected endpoint was reported unreachable: `icmpCode` of RFC
    /// 792.
    default void unreachable(UdpEndpoint endpoint, int icmpCode) {}

    /// Errors wait in [UdpEndpoint#errors].
    default void reported(UdpEndpoint endpoint) {}
}
