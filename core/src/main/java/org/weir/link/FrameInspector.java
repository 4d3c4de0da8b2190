package org.weir.link;

import org.jspecify.annotations.Nullable;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.wire.EtherType;
import org.weir.wire.EthernetHeader;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;
import org.weir.wire.TcpHeader;

/// What a router can see of the frames that pass it. Looks at the first buffer only, which holds all headers of
/// whatever a stack or a network card makes.
final class FrameInspector {
    static final int NO_TCP = -1;

    private static final int ECN = 3;
    private static final int CONGESTION_EXPERIENCED = 3;

    private final EthernetHeader ethernet = new EthernetHeader();
    private final Ipv4Header ipv4 = new Ipv4Header();
    private final TcpHeader tcp = new TcpHeader();
    private final Framing framing;

    FrameInspector(Framing framing) {
        this.framing = framing;
    }

    /// Octets of TCP payload in `frame` (borrowed); [#NO_TCP] if it is something else.
    int tcpPayload(Pbuf frame) {
        final int header = moveToIpv4(frame);
        if (header < 0 || ipv4.protocol() != IpProtocol.TCP || ipv4.isLaterFragment()) {
            return NO_TCP;
        }
        final int at = header + ipv4.headerLength();
        if (frame.length() < at + TcpHeader.LENGTH) {
            return NO_TCP;
        }
        tcp.at(frame.segment(), frame.offset() + at);
        return Math.max(0, ipv4.totalLength() - ipv4.headerLength() - tcp.headerLength());
    }

    /// Marks `frame` (taken) as RFC 3168 section 5 has it if it is ECN-capable.
    ///
    /// @return the frame, or a marked copy of it if others see its memory
    Pbuf mark(Pbuf frame, @Nullable PbufPool pool) {
        if (moveToIpv4(frame) < 0 || (ipv4.typeOfService() & ECN) == 0) {
            return frame;
        }
        Pbuf own = frame;
        if (!frame.isExclusive()) {
            own = pool == null ? null : pool.copy(frame);
            if (own == null) {
                return frame;
            }
            frame.release();
            moveToIpv4(own);
        }
        ipv4.typeOfService(ipv4.typeOfService() | CONGESTION_EXPERIENCED).sealChecksum();
        return own;
    }

    /// Moves the view to the IPv4 header. Returns where in the frame it is; negative if there is none.
    private int moveToIpv4(Pbuf frame) {
        int at = 0;
        if (framing == Framing.ETHERNET) {
            if (!EthernetHeader.fits(frame.length())) {
                return -1;
            }
            ethernet.at(frame.segment(), frame.offset());
            if (ethernet.type() != EtherType.IPV4) {
                return -1;
            }
            at = EthernetHeader.LENGTH;
        }
        if (!Ipv4Header.fits(frame.length() - at)) {
            return -1;
        }
        ipv4.at(frame.segment(), frame.offset() + at);
        final int headerLength = ipv4.headerLength();
        final boolean whole = headerLength >= Ipv4Header.LENGTH && headerLength <= frame.length() - at;
        return ipv4.version() == 4 && whole ? at : -1;
    }
}
