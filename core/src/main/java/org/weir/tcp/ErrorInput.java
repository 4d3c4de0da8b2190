package org.weir.tcp;

import org.jspecify.annotations.Nullable;
import org.weir.filter.FilterHook;
import org.weir.ip.IcmpError;
import org.weir.wire.IcmpHeader;
import org.weir.wire.TcpHeader;

/// What the network reports about segments that it could not deliver.
final class ErrorInput {
    private final Tcp tcp;
    private final ConnectionTable table;
    private final TcpHeader quote = new TcpHeader();

    ErrorInput(Tcp tcp, ConnectionTable table) {
        this.tcp = tcp;
        this.table = table;
    }

    /// RFC 5927 section 4: an error counts only if it speaks of a sequence number that is on the way, and is then a
    /// hint: it ends a connection that is being opened and explains a later time-out of an established one (RFC
    /// 1122 section 4.2.3.9).
    void process(IcmpError e) {
        final TcpConnection c = find(e);
        if (c == null || e.type() != IcmpHeader.DESTINATION_UNREACHABLE) {
            return;
        }
        if (e.code() == IcmpHeader.FRAGMENTATION_NEEDED) {
            tcp.ipv4().pathMtus().learn(c.remoteHigh, c.remoteLow, e.nextHopMtu());
            tcp.pathMtu().reported(c, e.nextHopMtu(), tcp.clock().nowNs());
            return;
        }
        tcp.filter().tell(e.saysNobodyListens() ? FilterHook.PORT_UNREACHABLE : FilterHook.ADDRESS_UNREACHABLE, c);
        final TcpError error = switch (e.code()) {
            case IcmpHeader.PORT_UNREACHABLE, IcmpHeader.PROTOCOL_UNREACHABLE -> TcpError.REFUSED;
            case IcmpHeader.NET_UNREACHABLE -> TcpError.NETWORK_UNREACHABLE;
            default -> TcpError.HOST_UNREACHABLE;
        };
        if (c.state == TcpState.SYN_SENT) {
            tcp.teardown().fail(c, error);
        } else {
            c.softError = error;
        }
    }

    private @Nullable TcpConnection find(IcmpError e) {
        quote.at(e.segment(), e.transportOffset());
        final TcpConnection c =
                table.find(e.localLow(), e.remoteHigh(), e.remoteLow(), quote.sourcePort(), quote.destinationPort());
        if (c == null || e.isLocal()) {
            return c;
        }
        final boolean isOnTheWay = SequenceNumber.afterOrAt(quote.sequenceNumber(), c.snd.una)
                && SequenceNumber.before(quote.sequenceNumber(), c.snd.max);
        return isOnTheWay ? c : null;
    }
}
