package org.weir.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.weir.base.HashEntry;
import org.weir.base.HashTable;
import org.weir.base.SplitMix64;
import org.weir.base.UniversalHash;

/// Finding a connection by addresses and ports: the hash, the chain, the comparison. With many of them it shows what
/// the caches cost; the number itself must not matter.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DemuxBenchmark {
    private static final long LOCAL = 0xFFFF_C000_0202L;
    private static final long FIRST_REMOTE = 0xFFFF_0A00_0000L;
    private static final int LOCAL_PORT = 80;

    private final SplitMix64 random = new SplitMix64(1);
    private final UniversalHash hash = new UniversalHash(random);
    private HashTable<Entry> table = new HashTable<>(1);

    @Param({"1", "1000", "100000", "1000000"})
    int connections;

    private static final class Entry extends HashEntry<Entry> {
        private final long remote;
        private final int ports;

        Entry(long remote, int ports) {
            this.remote = remote;
            this.ports = ports;
        }
    }

    private static long remoteOf(int index) {
        return FIRST_REMOTE + (index & 0xFF);
    }

    private static int portsOf(int index) {
        return LOCAL_PORT << 16 | 1_024 + (index >>> 8);
    }

    @Setup
    public void fill() {
        table = new HashTable<>(connections);
        for (int i = 0; i < connections; i++) {
            table.add(new Entry(remoteOf(i), portsOf(i)), hash.hash(LOCAL, 0, remoteOf(i), portsOf(i)));
        }
    }

    @Benchmark
    public boolean find() {
        final int index = random.nextInt(connections);
        final long remote = remoteOf(index);
        final int ports = portsOf(index);
        Entry entry = table.first(hash.hash(LOCAL, 0, remote, ports));
        while (entry != null && (entry.remote != remote || entry.ports != ports)) {
            entry = entry.hashNext();
        }
        return entry != null;
    }
}
