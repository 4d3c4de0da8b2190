package org.weir.cli;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.weir.base.SplitMix64;
import org.weir.ip.Netif;
import org.weir.link.FaultInjector;
import org.weir.link.FaultPlan;
import org.weir.link.LinkCapabilities;
import org.weir.link.PairLink;
import org.weir.stack.SocketAddress;
import org.weir.stack.Sockets;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;
import org.weir.time.StackClock;
import org.weir.time.TimerWheel;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;

/// The two hosts of the demonstration: one sends to the other over the BSD-like sockets.
final class DemoNetwork implements AutoCloseable {
    private static final int PORT = 9;
    private static final int CHUNK = 16 * 1024;
    private static final int MTU = 1_500;
    private static final int CABLE_FRAMES = 1_024;
    private static final int QUEUE_FRAMES = 200;
    private static final long BITS_PER_SECOND = 100_000_000;
    private static final long DELAY_NS = 5 * StackClock.MILLISECOND;
    private static final long LIMIT_NS = 24 * 3_600 * StackClock.SECOND;
    private static final long FIRST_MAC = 0x02_00_00_00_00_01L;

    private final Trace trace = new Trace();
    private final Arena arena = Arena.ofShared();
    private final MemorySegment buffer = arena.allocate(CHUNK);
    private final Stack sender;
    private final Stack receiver;
    private final int octets;
    private long nowNs;
    private long transferNs;
    private int sent;
    private int received;

    /// @param loss share of frames lost, each way
    DemoNetwork(double loss, int octets, long seed) {
        this.octets = octets;
        final FaultPlan plan =
                FaultPlan.none().withLoss(loss).withDelay(DELAY_NS).withRate(BITS_PER_SECOND, QUEUE_FRAMES);
        final PairLink near = new PairLink(LinkCapabilities.plainEthernet(FIRST_MAC, MTU), CABLE_FRAMES);
        final PairLink far = new PairLink(LinkCapabilities.plainEthernet(FIRST_MAC + 1, MTU), CABLE_FRAMES);
        near.connectTo(far);
        sender = host("192.0.2.1/24", new FaultInjector(near, plan, FaultPlan.none(), seed), seed);
        receiver = host("192.0.2.2/24", new FaultInjector(far, plan, FaultPlan.none(), ~seed), ~seed);
    }

    private Stack host(String address, FaultInjector link, long seed) {
        final Stack stack = Stack.create(StackConfig.small(), new SplitMix64(seed), nowNs);
        final Netif netif = stack.addInterface("eth0", trace.on(link, address));
        stack.addAddress(netif, IpPrefix.parse(address));
        return stack;
    }

    Trace trace() {
        return trace;
    }

    /// From the first frame until the last octet was read.
    long transferNs() {
        return transferNs;
    }

    long lostFrames() {
        return trace.frames().stream().filter(Trace.Sent::isLost).count();
    }

    long fastRetransmits() {
        return sender.tcp().counters().fastRetransmits()
                + receiver.tcp().counters().fastRetransmits();
    }

    long timeouts() {
        return sender.tcp().counters().timeouts() + receiver.tcp().counters().timeouts();
    }

    // ---- the transfer ----

    /// Sends everything and closes both ends.
    ///
    /// @throws Failure if that does not end
    void run() throws Failure {
        final Sockets to = sender.sockets();
        final Sockets from = receiver.sockets();
        final SocketAddress far = new SocketAddress(IpAddress.parse("192.0.2.2"), PORT);
        final int listener = from.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
        from.bind(listener, far);
        from.listen(listener, 1);
        final int source = to.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
        to.connect(source, far);
        int sink = -1;
        while (received < octets) {
            sink = sink < 0 ? from.accept(listener, null) : sink;
            send(to, source);
            receive(from, sink);
            step();
        }
        transferNs = nowNs;
        while (from.receive(sink, buffer, 0, CHUNK, 0) != 0) {
            step();
        }
        from.close(sink);
        to.close(source);
        from.close(listener);
        while (hasConnections()) {
            step();
        }
    }

    private void send(Sockets to, int source) {
        int written = 1;
        while (written > 0 && sent < octets) {
            written = to.send(source, buffer, 0, Math.min(CHUNK, octets - sent));
            sent += Math.max(0, written);
        }
        if (sent == octets) {
            to.shutdown(source, Sockets.SHUT_WR);
        }
    }

    private void receive(Sockets from, int sink) {
        int read = sink < 0 ? 0 : 1;
        while (read > 0 && received < octets) {
            read = from.receive(sink, buffer, 0, CHUNK, 0);
            received += Math.max(0, read);
        }
    }

    private boolean hasConnections() {
        return sender.tcp().connectionsInUse() + receiver.tcp().connectionsInUse() > 0;
    }

    /// Lets both hosts work, then goes to the next moment at which one of them has something to do.
    private void step() throws Failure {
        final int work = sender.poll(nowNs) + receiver.poll(nowNs);
        if (work > 0) {
            return;
        }
        final long next = Math.min(sender.nextDeadlineNs(), receiver.nextDeadlineNs());
        if (next == TimerWheel.NEVER || nowNs > LIMIT_NS) {
            throw new Failure("the transfer did not end");
        }
        nowNs = Math.max(nowNs + 1, next);
    }

    @Override
    public void close() {
        sender.close();
        receiver.close();
        arena.close();
    }
}
