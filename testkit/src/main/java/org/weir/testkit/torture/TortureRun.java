package org.weir.testkit.torture;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.weir.link.DropReason;
import org.weir.stack.SocketAddress;
import org.weir.stack.Sockets;
import org.weir.stack.Stack;
import org.weir.tcp.TcpConnection;
import org.weir.tcp.TcpError;
import org.weir.tcp.TcpHandler;
import org.weir.tcp.TcpListener;
import org.weir.testkit.LinkTap;
import org.weir.testkit.SimulatedHost;
import org.weir.testkit.SimulatedNetwork;
import org.weir.time.StackClock;
import org.weir.wire.IpAddress;

/// One run: the network and the applications of a plan, from the first SYN until both hosts hold nothing.
final class TortureRun implements AutoCloseable {
    private static final int RAW_PORT = 7;
    private static final int SOCKETS_PORT = 8;
    private static final int FIRST_CLIENT_PORT = 2_000;
    private static final int BUFFER = 64 * 1024;
    /// So long after its beginning a run must be over.
    private static final long LIMIT_NS = 4 * 3_600 * StackClock.SECOND;
    /// So often the hosts may be polled: some hundred times as often as a usual run needs.
    private static final long MOST_POLLS = 3_000_000;

    /// Until the end has its connection, of which nothing can be told before the next poll.
    private static final TcpHandler NOBODY = new TcpHandler() {
        @Override
        public void readable(TcpConnection connection) {
            // Not before the next poll.
        }

        @Override
        public void failed(TcpConnection connection, TcpError error) {
            // Not before the next poll.
        }
    };

    private final TorturePlan plan;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment buffer = arena.allocate(BUFFER);
    private final SimulatedNetwork network;
    private final List<TortureEnd> clients = new ArrayList<>();
    private final List<TortureEnd> servers = new ArrayList<>();
    private final List<TortureEnd> ends = new ArrayList<>();

    TortureRun(TorturePlan plan, LinkTap tap) {
        this.plan = plan;
        this.network = new SimulatedNetwork(plan.network(), tap);
        for (int i = 0; i < plan.connections().size(); i++) {
            final TorturePlan.Ends both = plan.connections().get(i);
            final Pattern upwards = new Pattern(plan.network().seed() + 2L * i);
            final Pattern downwards = new Pattern(~(plan.network().seed() + 2L * i));
            final TortureEnd client = new TortureEnd("client " + i, both.client(), upwards, downwards, network::nowNs);
            final TortureEnd server = new TortureEnd("server " + i, both.server(), downwards, upwards, network::nowNs);
            client.meets(server);
            clients.add(client);
            servers.add(server);
        }
        ends.addAll(clients);
        ends.addAll(servers);
    }

    List<TortureEnd> ends() {
        return ends;
    }

    SimulatedNetwork network() {
        return network;
    }

    /// @throws AssertionError if something went wrong
    void run() {
        final TcpListener listener = listen();
        final int socket = listenOnSocket();
        for (int i = 0; i < clients.size(); i++) {
            connect(i);
        }
        final long endNs = network.nowNs() + LIMIT_NS;
        while (!isOver()) {
            step(endNs);
        }
        for (final TortureEnd end : ends) {
            if (!plan.mayFail()) {
                end.assertExplained();
            }
        }
        listener.close();
        network.server().stack().sockets().close(socket);
        assertNothingIsLeft();
    }

    private boolean isOver() {
        for (final TortureEnd end : ends) {
            if (end.isOpen()) {
                return false;
            }
        }
        return network.client().stack().tcp().connectionsInUse() == 0
                && network.server().stack().tcp().connectionsInUse() == 0;
    }

    private void step(long endNs) {
        long wakeNs = endNs;
        for (final TortureEnd end : ends) {
            wakeNs = Math.min(wakeNs, end.nextNs());
        }
        if (!network.step(wakeNs)) {
            network.skipTo(wakeNs);
        }
        if (network.nowNs() >= endNs) {
            throw new AssertionError("not over after " + LIMIT_NS / StackClock.SECOND + " s: " + ends + ", "
                    + network.client().stack().tcp().connectionsInUse() + " and "
                    + network.server().stack().tcp().connectionsInUse() + " connections left");
        }
        if (network.polls() > MOST_POLLS) {
            throw new AssertionError("polled " + MOST_POLLS + " times by " + network.nowNs() + " ns: " + ends);
        }
        if (network.nowNs() >= wakeNs) {
            ends.forEach(TortureEnd::tick);
        }
    }

    private void assertNothingIsLeft() {
        // Frames that are still on their way, and what neighbours are remembered for.
        network.run(3_600 * StackClock.SECOND);
        for (final SimulatedHost host : List.of(network.client(), network.server())) {
            host.assertNoLeaks();
            if (host.stack().armedTimers() != 0) {
                throw new AssertionError(host.address() + " has " + host.stack().armedTimers() + " timers armed");
            }
        }
    }

    /// What both hosts have dropped, a line each.
    String drops() {
        return "  client dropped:" + drops(network.client()) + "\n  server dropped:" + drops(network.server()) + "\n";
    }

    private static String drops(SimulatedHost host) {
        final StringBuilder text = new StringBuilder();
        for (final DropReason reason : DropReason.values()) {
            final long count = host.stack().drops().of(reason);
            text.append(count == 0 ? "" : " " + reason + " " + count);
        }
        return text.toString();
    }

    // ---- opening ----

    private static boolean usesSockets(EndPlan end) {
        return end.door() == EndPlan.Door.SOCKETS;
    }

    private TcpListener listen() {
        final Stack server = network.server().stack();
        final TcpListener listener = server.tcp().bind(0, IpAddress.ANY.low(), RAW_PORT);
        if (listener == null) {
            throw new AssertionError("cannot bind: " + server.tcp().refusal());
        }
        listener.listen(clients.size(), l -> {
            for (TcpConnection c = l.accept(); c != null; c = l.accept()) {
                final TortureEnd end = servers.get(c.remotePort() - FIRST_CLIENT_PORT);
                final RawPipe pipe = new RawPipe(c, end, server.pool(), buffer);
                end.opens(pipe);
                c.handler(pipe);
                end.pump();
            }
        });
        return listener;
    }

    private int listenOnSocket() {
        final Sockets sockets = network.server().stack().sockets();
        final int listener = sockets.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
        require(sockets.bind(listener, new SocketAddress(IpAddress.ANY, SOCKETS_PORT)));
        require(sockets.listen(listener, clients.size()));
        final SocketAddress peer = new SocketAddress();
        sockets.callback(listener, (_, _) -> {
            for (int s = sockets.accept(listener, peer); s >= 0; s = sockets.accept(listener, peer)) {
                final TortureEnd end = servers.get(peer.port() - FIRST_CLIENT_PORT);
                end.opens(new SocketPipe(sockets, s, end, buffer));
                end.pump();
            }
        });
        return listener;
    }

    private void connect(int index) {
        final TortureEnd end = clients.get(index);
        final int port = usesSockets(servers.get(index).plan()) ? SOCKETS_PORT : RAW_PORT;
        if (usesSockets(end.plan())) {
            connectSocket(end, port, FIRST_CLIENT_PORT + index);
        } else {
            connectRaw(end, port, FIRST_CLIENT_PORT + index);
        }
    }

    private void connectRaw(TortureEnd end, int port, int localPort) {
        final Stack client = network.client().stack();
        final IpAddress to = network.server().address();
        final TcpConnection c = client.tcp().connect(to.high(), to.low(), port, IpAddress.ANY.low(), localPort, NOBODY);
        if (c == null) {
            throw new AssertionError("cannot connect: " + client.tcp().refusal());
        }
        final RawPipe pipe = new RawPipe(c, end, client.pool(), buffer);
        c.handler(pipe);
        end.opens(pipe);
    }

    private void connectSocket(TortureEnd end, int port, int localPort) {
        final Sockets sockets = network.client().stack().sockets();
        final int s = sockets.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
        require(sockets.bind(s, new SocketAddress(IpAddress.ANY, localPort)));
        sockets.connect(s, new SocketAddress(network.server().address(), port));
        end.opens(new SocketPipe(sockets, s, end, buffer));
    }

    private static void require(int result) {
        if (result < 0) {
            throw new AssertionError("a socket call failed: errno " + -result);
        }
    }

    @Override
    public void close() {
        network.close();
        arena.close();
    }
}
