package org.weir.cli.manage;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.weir.cli.manage.SocketRow.End;
import org.weir.ip.Netif;
import org.weir.packet.PacketEndpoint;
import org.weir.raw.RawEndpoint;
import org.weir.stack.Stack;
import org.weir.tcp.TcpConnection;
import org.weir.tcp.TcpInfo;
import org.weir.tcp.TcpListener;
import org.weir.tcp.TcpState;
import org.weir.udp.UdpEndpoint;
import org.weir.wire.IpAddress;

/// The sockets, connections and endpoints. Connections are read a part at a time, and a part is written before the next
/// one is read: what a client of a million connections costs is the time of a part, and memory for one.
final class SocketsQuestion implements Question {
    private static final String ESTABLISHED = "ESTAB";
    private static final String UNCONNECTED = "UNCONN";

    private final ManagedHost host;

    SocketsQuestion(ManagedHost host) {
        this.host = host;
    }

    /// Which sockets are asked for, and what of them.
    ///
    /// @param kinds `tcp`, `udp`, `raw`, `packet`
    /// @param states as `ss` names them; empty for all
    /// @param withInfo `TCP_INFO` too
    private record Wish(Set<String> kinds, Set<String> states, boolean withInfo) {
        static Wish of(Request request) throws RequestException {
            return new Wish(
                    Set.copyOf(request.texts("kinds")), Set.copyOf(request.texts("states")), request.flag("info"));
        }

        boolean isOf(String kind) {
            return kinds.isEmpty() || kinds.contains(kind);
        }

        boolean isIn(String state) {
            return states.isEmpty() || states.contains(state);
        }
    }

    @Override
    public void answer(Request request, Exchange exchange) throws IOException, RequestException {
        final Wish wish = Wish.of(request);
        write(host.ask(stack -> endpoints(stack, wish)), exchange);
        for (int part = wish.isOf("tcp") ? 0 : -1; part >= 0; ) {
            final int now = part;
            final List<SocketRow> rows = new ArrayList<>();
            part = host.ask(stack -> stack.tcp().visitConnections(now, c -> add(c, wish, rows)));
            write(rows, exchange);
        }
        exchange.end();
    }

    private static void write(List<SocketRow> rows, Exchange exchange) throws IOException {
        for (final SocketRow row : rows) {
            exchange.line(row.toJson());
        }
    }

    /// All but connections: there is a fixed, smaller number of them.
    private static List<SocketRow> endpoints(Stack stack, Wish wish) {
        final List<SocketRow> rows = new ArrayList<>();
        if (wish.isOf("packet")) {
            stack.packets().visitEndpoints(e -> add(row(e), wish, rows));
        }
        if (wish.isOf("raw")) {
            stack.raw().visitEndpoints(e -> add(row(e), wish, rows));
        }
        if (wish.isOf("udp")) {
            stack.udp().visitEndpoints(e -> add(row(e), wish, rows));
        }
        if (wish.isOf("tcp")) {
            stack.tcp().visitListeners(l -> add(l, wish, rows));
        }
        return rows;
    }

    private static void add(SocketRow row, Wish wish, List<SocketRow> rows) {
        if (wish.isIn(row.state())) {
            rows.add(row);
        }
    }

    private static SocketRow row(PacketEndpoint e) {
        final String type = e.etherType() == 0 ? "*" : "0x%04x".formatted(e.etherType());
        final Netif netif = e.netif();
        return new SocketRow(
                "p_raw",
                UNCONNECTED,
                e.queuedOctets(),
                0,
                new End(type, netif == null ? "*" : netif.name()),
                new End("*", "*"),
                "",
                null);
    }

    private static SocketRow row(RawEndpoint e) {
        final boolean isConnected = e.remoteAddress() != 0;
        return new SocketRow(
                e.isEcho() ? "icmp" : "raw",
                isConnected ? ESTABLISHED : UNCONNECTED,
                e.queuedOctets(),
                0,
                new End(
                        IpAddress.ofIpv4(e.localAddress()).toString(),
                        Integer.toString(e.isEcho() ? e.identifier() : e.protocol())),
                new End(IpAddress.ofIpv4(e.remoteAddress()).toString(), "*"),
                "",
                null);
    }

    private static SocketRow row(UdpEndpoint e) {
        return new SocketRow(
                "udp",
                e.isConnected() ? ESTABLISHED : UNCONNECTED,
                e.queuedOctets(),
                0,
                end(e.localHigh(), e.localLow(), e.localPort()),
                e.isConnected() ? end(e.remoteHigh(), e.remoteLow(), e.remotePort()) : End.ANY,
                "",
                null);
    }

    private static void add(TcpListener l, Wish wish, List<SocketRow> rows) {
        if (l.isListening()) {
            final End local = end(l.localHigh(), l.localLow(), l.localPort());
            add(new SocketRow("tcp", "LISTEN", l.waiting(), l.backlog(), local, End.ANY, "", null), wish, rows);
        }
    }

    private static void add(TcpConnection c, Wish wish, List<SocketRow> rows) {
        final String state = nameOf(c.state());
        if (!wish.isIn(state)) {
            return;
        }
        TcpInfo info = null;
        if (wish.withInfo()) {
            info = new TcpInfo();
            c.info(info);
        }
        rows.add(new SocketRow(
                "tcp",
                state,
                c.receivedOctets(),
                c.unacknowledged(),
                end(c.localHigh(), c.localLow(), c.localPort()),
                end(c.remoteHigh(), c.remoteLow(), c.remotePort()),
                c.settings().congestion.linuxName(),
                info));
    }

    private static End end(long high, long low, int port) {
        return new End(IpAddress.format(high, low), port == 0 ? "*" : Integer.toString(port));
    }

    /// As `ss` spells it.
    private static String nameOf(TcpState state) {
        return switch (state) {
            case ESTABLISHED -> ESTABLISHED;
            case SYN_RECEIVED -> "SYN-RECV";
            case CLOSED -> UNCONNECTED;
            case LISTEN, SYN_SENT, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT, CLOSING, LAST_ACK, TIME_WAIT ->
                state.name().replace('_', '-');
        };
    }
}
