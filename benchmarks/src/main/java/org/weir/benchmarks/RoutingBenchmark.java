package org.weir.benchmarks;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.weir.base.SplitMix64;
import org.weir.ip.Netif;
import org.weir.ip.Route;
import org.weir.ip.RoutingTable;
import org.weir.link.LinkCapabilities;
import org.weir.link.PairLink;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;

/// Finding the route with the longest prefix. Prefixes are as long as those of the Internet's table: more than half of
/// them 24 bits, the rest 16 to 23 and a few longer ones. Each address looked for is behind one of them, in random
/// order, so that the caches hold as much of the table as they would for the traffic of many hosts.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RoutingBenchmark {
    private static final int ADDRESSES = 1 << 16;
    private static final int SPARE = 8;

    @Param({"1", "100", "10000", "100000"})
    int routes;

    private final SplitMix64 random = new SplitMix64(1);
    private final int[] addresses = new int[ADDRESSES];
    private @Nullable Stack stack;
    private @Nullable RoutingTable table;
    private int next;

    @Setup
    public void fill() {
        final Stack router = Stack.create(StackConfig.small().withRoutes(routes + SPARE), random, 0);
        final PairLink link = new PairLink(LinkCapabilities.plainEthernet(0x02_00_00_00_00_01L, 1_500), 16);
        final Netif netif = router.addInterface("eth0", link);
        final IpPrefix[] prefixes = new IpPrefix[routes];
        for (int i = 0; i < routes; i++) {
            final int length = length();
            // 1.0.0.0 to 191.255.255.255
            final int first = (1 + random.nextInt(191) << 24 | random.nextInt(1 << 24)) & -1 << Integer.SIZE - length;
            prefixes[i] = new IpPrefix(IpAddress.ofIpv4(first), length);
            router.replaceRoute(Route.onLink(prefixes[i], netif));
        }
        for (int i = 0; i < ADDRESSES; i++) {
            final IpPrefix behind = prefixes[random.nextInt(routes)];
            addresses[i] = behind.address().ipv4() | random.nextInt(Integer.MAX_VALUE) & ~behind.mask();
        }
        stack = router;
        table = router.ipv4().routes();
    }

    private int length() {
        final int kind = random.nextInt(100);
        if (kind < 58) {
            return 24;
        }
        return kind < 98 ? 16 + random.nextInt(8) : 25 + random.nextInt(8);
    }

    @TearDown
    public void close() {
        if (stack != null) {
            stack.close();
        }
    }

    @Benchmark
    public boolean find() {
        next = next + 1 & ADDRESSES - 1;
        return table != null && table.find(addresses[next]) != null;
    }
}
