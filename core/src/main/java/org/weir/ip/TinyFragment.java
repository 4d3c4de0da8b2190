package org.weir.ip;

import org.weir.memory.Pbuf;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;
import org.weir.wire.TcpHeader;

/// Fragments that show filters less of a TCP header than the host at the end will see: RFC 1858 section 3, RFC 3128.
final class TinyFragment {
    private final TcpHeader tcp = new TcpHeader();

    /// True if the fragment with this header, whose transport part is the last `length` octets of the first buffer
    /// of `packet` (borrowed), begins a TCP segment without its whole header, or is to lie in the middle of one.
    /// What other protocols have is no longer than the least fragment.
    boolean hides(Ipv4Header header, Pbuf packet, int length) {
        if (header.protocol() != IpProtocol.TCP) {
            return false;
        }
        if (header.isLaterFragment()) {
            return header.fragmentOffset() < TcpHeader.LENGTH;
        }
        final long at = packet.offset() + packet.length() - length;
        return length < TcpHeader.LENGTH
                || length < tcp.at(packet.segment(), at).headerLength();
    }
}
