package org.weir.benchmarks;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.weir.base.SplitMix64;
import org.weir.link.DropCounters;
import org.weir.link.Framing;
import org.weir.link.Link;
import org.weir.link.LinkCapabilities;
import org.weir.link.PacketSink;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;
import org.weir.time.TimerWheel;
import org.weir.udp.Udp;
import org.weir.udp.UdpEndpoint;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;

/// What sending a datagram of 1,400 octets costs the stack: by a call for each, and by one call for 40 of them
/// (`UDP_SEGMENT`), to a link that cuts packets into datagrams and sums them itself and to one that does not. Frames go
/// nowhere.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DatagramBenchmark {
    private static final int DATAGRAM = 1_400;
    private static final int COUNT = 40;
    private static final long PEER = IpAddress.parse("192.0.2.1").low();

    /// A host on a link without an end.
    @State(Scope.Thread)
    public static class Host {
        /// What the link does itself.
        @Param({"true", "false"})
        public boolean offload;

        private final Arena arena = Arena.ofShared();
        private final MemorySegment payload = arena.allocate((long) DATAGRAM * COUNT);
        private final Drain link = new Drain();
        private final Stack stack = Stack.create(StackConfig.defaults(), new SplitMix64(1), System.nanoTime());
        private @Nullable UdpEndpoint endpoint;

        UdpEndpoint endpoint(int segmentSize) {
            if (endpoint == null) {
                link.offloads = offload;
                stack.addAddress(stack.addInterface("eth0", link), IpPrefix.parse("192.0.2.2/24"));
                endpoint = Objects.requireNonNull(stack.udp().open());
                endpoint.segmentSize(segmentSize);
            }
            return endpoint;
        }

        @TearDown
        public void close() {
            stack.close();
            arena.close();
        }
    }

    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int oneCallEach(Host host) {
        final UdpEndpoint endpoint = host.endpoint(0);
        for (int i = 0; i < COUNT; i++) {
            check(endpoint.sendTo(host.payload, (long) i * DATAGRAM, DATAGRAM, PEER, 9));
        }
        return host.link.frames;
    }

    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int oneCallForAll(Host host) {
        check(host.endpoint(DATAGRAM).sendTo(host.payload, 0, DATAGRAM * COUNT, PEER, 9));
        return host.link.frames;
    }

    private static void check(int result) {
        if (result != Udp.OK) {
            throw new IllegalStateException("a datagram was refused: " + result);
        }
    }

    /// Takes all frames.
    private static final class Drain implements Link {
        private boolean offloads;
        private int frames;

        @Override
        public LinkCapabilities capabilities() {
            return new LinkCapabilities(Framing.IP, 0, 1_500, offloads, offloads ? 65_000 : 0, offloads, 100);
        }

        @Override
        public void attach(PbufPool pool, DropCounters drops) {
            // Nothing is received, nothing is dropped.
        }

        @Override
        public int receive(PacketSink sink, int budget, long nowNs) {
            return 0;
        }

        @Override
        public int room() {
            return 64;
        }

        @Override
        public void send(Pbuf frame, long nowNs) {
            frames++;
            frame.release();
        }

        @Override
        public void flush(long nowNs) {
            // Frames are gone already.
        }

        @Override
        public long nextDeadlineNs() {
            return TimerWheel.NEVER;
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }
}
