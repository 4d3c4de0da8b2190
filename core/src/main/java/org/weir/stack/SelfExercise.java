package org.weir.stack;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.weir.base.SplitMix64;
import org.weir.ip.Netif;
import org.weir.link.FaultInjector;
import org.weir.link.FaultPlan;
import org.weir.link.LinkCapabilities;
import org.weir.link.PairLink;
import org.weir.time.TimerWheel;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;

/// A dress rehearsal at start-up: two small hosts talk over a lossy in-memory link in virtual time, so that everything
/// that the JVM links and loads lazily (classes, method handles, memory accessors) is there before the first real
/// packet. After it the packet path allocates nothing, and the first seconds are not the slowest.
public final class SelfExercise {
    private static final int OCTETS = 512 * 1024;
    private static final int CHUNK = 16 * 1024;
    private static final int SHORT = 100;
    private static final int IN_FRAGMENTS = 5_000;
    private static final int PORT = 7;
    private static final long MINUTE_NS = 60_000_000_000L;
    private static final long TIME_LIMIT_NS = 600_000_000_000L;
    private static final long CLIENT_MAC = 0x02_00_00_00_00_01L;

    private final MemorySegment buffer;
    private final Stack client;
    private final Stack server;
    private final Sockets to;
    private final Sockets from;
    private long nowNs = 1;
    private int sent;
    private int received;

    private SelfExercise(Arena arena) {
        buffer = arena.allocate(CHUNK);
        client = Stack.create(StackConfig.small(), new SplitMix64(1), nowNs);
        server = Stack.create(StackConfig.small(), new SplitMix64(2), nowNs);
        final PairLink near = new PairLink(LinkCapabilities.plainEthernet(CLIENT_MAC, 1_500), 256);
        final PairLink far = new PairLink(LinkCapabilities.plainEthernet(CLIENT_MAC + 1, 1_500), 256);
        near.connectTo(far);
        final FaultPlan faults = FaultPlan.none().withLoss(0.01).withReordering(0.01, 1_000_000);
        final Netif nearIf = client.addInterface("near", new FaultInjector(near, faults, FaultPlan.none(), 3));
        final Netif farIf = server.addInterface("far", far);
        client.addAddress(nearIf, IpPrefix.parse("192.0.2.1/24"));
        server.addAddress(farIf, IpPrefix.parse("192.0.2.2/24"));
        to = client.sockets();
        from = server.sockets();
    }

    /// Runs the rehearsal, about a tenth of a second.
    ///
    /// @throws IllegalStateException if the stack does not work on this machine
    public static void run() {
        try (Arena arena = Arena.ofConfined()) {
            final SelfExercise exercise = new SelfExercise(arena);
            exercise.datagram(SHORT);
            exercise.datagram(IN_FRAGMENTS);
            exercise.transfer();
            exercise.silence(MINUTE_NS);
            exercise.datagram(SHORT);
            exercise.silence(MINUTE_NS);
            exercise.client.close();
            exercise.server.close();
        }
    }

    private void datagram(int octets) {
        final SocketAddress far = new SocketAddress(IpAddress.parse("192.0.2.2"), PORT);
        final int receiver = from.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
        final int sender = to.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
        from.bind(receiver, far);
        for (int i = 0; i < 20 && from.ready(receiver) != (Sockets.POLLIN | Sockets.POLLOUT); i++) {
            to.sendTo(sender, buffer, 0, octets, far);
            step();
        }
        check(from.receiveFrom(receiver, buffer, 0, CHUNK, 0, far) == octets, "a datagram was lost");
        from.close(receiver);
        to.close(sender);
    }

    private void transfer() {
        final SocketAddress far = new SocketAddress(IpAddress.parse("192.0.2.2"), PORT);
        final int listener = from.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
        final int source = to.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
        from.bind(listener, far);
        from.listen(listener, 1);
        to.connect(source, far);
        int sink = -1;
        while (received < OCTETS) {
            sink = sink < 0 ? from.accept(listener, null) : sink;
            pump(source, sink);
            step();
            check(nowNs < TIME_LIMIT_NS, "a transfer did not end");
        }
        to.close(source);
        from.close(sink);
        from.close(listener);
    }

    /// Neighbours grow old meanwhile, and the one that was sent to after the first silence is asked again.
    private void silence(long ns) {
        final long endNs = nowNs + ns;
        while (nowNs < endNs) {
            step();
        }
    }

    private void pump(int source, int sink) {
        if (sent < OCTETS) {
            sent += Math.max(0, to.send(source, buffer, 0, Math.min(CHUNK, OCTETS - sent)));
        }
        if (sink >= 0) {
            received += Math.max(0, from.receive(sink, buffer, 0, CHUNK, 0));
        }
    }

    /// Lets both hosts work, then goes to the next moment at which one of them has something to do.
    private void step() {
        final int work = client.poll(nowNs) + server.poll(nowNs);
        if (work > 0) {
            nowNs++;
            return;
        }
        final long next = Math.min(client.nextDeadlineNs(), server.nextDeadlineNs());
        nowNs = next == TimerWheel.NEVER ? nowNs + 1_000_000 : Math.max(nowNs + 1, next);
    }

    private static void check(boolean holds, String failure) {
        if (!holds) {
            throw new IllegalStateException("the self-exercise failed: " + failure);
        }
    }
}
