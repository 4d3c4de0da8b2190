package org.weir.esp;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.weir.memory.Pbuf;
import org.weir.wire.IpProtocol;

/// What a policy looks at in a packet, RFC 4301 section 4.4.1.1: filled anew for each.
final class Selectors {
    private static final ValueLayout.OfShort PORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int PORTS_LENGTH = 4;

    int local;
    int remote;
    int protocol;
    /// 0 where the protocol has none, or the packet is too short.
    int localPort;
    int remotePort;
    /// A policy for any port concerns it.
    boolean portsAreUnknown;

    Selectors set(int localAddress, int remoteAddress, int ipProtocol, int atLocal, int atRemote) {
        local = localAddress;
        remote = remoteAddress;
        protocol = ipProtocol;
        localPort = atLocal;
        remotePort = atRemote;
        portsAreUnknown = false;
        return this;
    }

    /// Of a packet (borrowed) that goes out, whose transport header is `skip` octets on.
    Selectors outbound(int source, int destination, int ipProtocol, Pbuf packet, int skip) {
        return hasPorts(ipProtocol, packet, skip)
                ? set(source, destination, ipProtocol, port(packet, skip), port(packet, skip + Short.BYTES))
                : set(source, destination, ipProtocol, 0, 0);
    }

    /// Of a fragment that goes out.
    Selectors fragment(int source, int destination, int ipProtocol) {
        set(source, destination, ipProtocol, 0, 0);
        portsAreUnknown = true;
        return this;
    }

    /// Of a packet (borrowed) that has come in, which starts with its transport header.
    Selectors inbound(int source, int destination, int ipProtocol, Pbuf segment) {
        return hasPorts(ipProtocol, segment, 0)
                ? set(destination, source, ipProtocol, port(segment, Short.BYTES), port(segment, 0))
                : set(destination, source, ipProtocol, 0, 0);
    }

    private static boolean hasPorts(int protocol, Pbuf packet, int skip) {
        return (protocol == IpProtocol.TCP || protocol == IpProtocol.UDP) && packet.length() >= skip + PORTS_LENGTH;
    }

    private static int port(Pbuf packet, int at) {
        return packet.segment().get(PORT, packet.offset() + at) & 0xFFFF;
    }
}
