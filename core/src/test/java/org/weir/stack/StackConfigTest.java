package org.weir.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.weir.memory.MemoryPlan;
import org.weir.tcp.TcpConfig;

class StackConfigTest {
    /// The position of a setting in [#with].
    private static StackConfig with(int position, int value) {
        int[] v = {512, 2_048, 64, 256, 1_024, 16, 32, 8, 64 * 1024, 4, 8, 8, 32, 64};
        v[position] = value;
        return new StackConfig(
                v[0],
                v[1],
                v[2],
                v[3],
                v[4],
                v[5],
                v[6],
                v[7],
                v[8],
                v[9],
                v[10],
                v[11],
                v[12],
                v[13],
                false,
                TcpConfig.defaults());
    }

    private static void ranges(String name, IntFunction<StackConfig> config, int least, int most) {
        assertEquals(config.apply(least), config.apply(least));
        assertEquals(config.apply(most), config.apply(most));
        for (int value : new int[] {least - 1, most + 1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            assertEquals(
                    name + " of " + value + " is not in " + least + " to " + most,
                    assertThrows(IllegalArgumentException.class, () -> config.apply(value))
                            .getMessage());
        }
    }

    @Test
    void aSettingOutOfItsRangeIsRefusedWithItsNameItsValueAndTheRange() {
        ranges("page size", v -> with(1, v), 512, 65_536);
        ranges("reserved pages", v -> with(2, v), 1, 256);
        ranges("blocks", v -> with(3, v), 16, 1 << 24);
        ranges("references", v -> with(4, v), 16, 1 << 24);
        ranges("neighbors", v -> with(5, v), 1, 1 << 20);
        ranges("routes", v -> with(6, v), 4, 1 << 20);
        ranges("UDP endpoints", v -> with(7, v), 1, 1 << 16);
        ranges("UDP queue (octets)", v -> with(8, v), 1, 1 << 30);
        ranges("raw endpoints", v -> with(9, v), 1, 1 << 10);
        ranges("memberships", v -> with(10, v), 1, 1 << 12);
        ranges("reassemblies", v -> with(11, v), 1, 1 << 12);
        ranges("sockets", v -> with(12, v), 1, 1 << 16);
        ranges("receive budget", v -> with(13, v), 1, 1 << 16);
        ranges("pages", v -> StackConfig.small().withPages(v, 1), 16, 1 << 24);
    }

    @Test
    void theReserveIsAtMostHalfOfThePages() {
        assertEquals(50, StackConfig.small().withPages(100, 50).reservedPages());
        assertEquals(
                "reserved pages of 51 is not in 1 to 50",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> StackConfig.small().withPages(100, 51))
                        .getMessage());
    }

    @Test
    void eachSettingIsChangedAlone() {
        StackConfig d = StackConfig.defaults();
        StackConfig changed = d.withPages(100, 10)
                .withTraceLeaks(true)
                .withTcp(TcpConfig.defaults().withConnections(3));
        assertEquals(100, changed.pages());
        assertEquals(10, changed.reservedPages());
        assertTrue(changed.traceLeaks());
        assertEquals(3, changed.tcp().connections());
        assertEquals(
                d, changed.withTcp(TcpConfig.defaults()).withTraceLeaks(false).withPages(d.pages(), d.reservedPages()));
    }

    @Test
    void thePlanOfTheArenaIsWhatThePoolTakes() {
        for (StackConfig config : new StackConfig[] {StackConfig.defaults(), StackConfig.small()}) {
            assertEquals(config.layout().bytes(), config.plan().arenaBytes());
            assertEquals(config.pages(), config.layout().pages());
            assertEquals(config.pageSize(), config.layout().pageSize());
            assertEquals(config.blocks(), config.layout().blocks());
            assertEquals(StackConfig.BLOCK_SIZE, config.layout().blockSize());
            assertEquals(config.references(), config.layout().handles());
            assertEquals(config.reservedPages(), config.layout().reserve());
            assertFalse(config.layout().traceLeaks());
        }
        assertTrue(StackConfig.small().withTraceLeaks(true).layout().traceLeaks());
    }

    @Test
    void thePlanAddsUpAndNamesEveryPool() {
        StackConfig config = StackConfig.small();
        MemoryPlan plan = config.plan();
        long arena = 0;
        long heap = 0;
        for (MemoryPlan.Entry entry : plan.entries()) {
            assertEquals((long) entry.count() * entry.bytesEach(), entry.bytes());
            assertTrue(entry.count() > 0 && entry.bytesEach() > 0, entry.name());
            assertTrue(plan.toString().contains(entry.name()), entry.name());
            arena += entry.offHeap() ? entry.bytes() : 0;
            heap += entry.offHeap() ? 0 : entry.bytes();
        }
        assertEquals(arena, plan.arenaBytes());
        assertEquals(heap, plan.heapBytes());
        assertEquals(512 * 2_048 + 256 * 256, arena);
        assertEquals(
                "pages 512, blocks 256, packet buffer handles 1792, TCP connections 16, TCP listeners 64, TCP settings"
                    + " 81, TCP flights 16, TCP ranges sent 1040, TCP reassembly queues 16, TCP runs received 512, TCP"
                    + " path MTU searches 16, UDP endpoints 8, raw endpoints 4, packet endpoints 4, multicast"
                    + " memberships 8, fragmented datagrams 8, fragment identifications 1024, neighbours 16, narrow"
                    + " paths 16, reported errors 256, routes 32, routing trie 1, ESP packet 1, socket descriptors 32",
                String.join(
                        ", ",
                        plan.entries().stream()
                                .map(e -> e.name() + " " + e.count())
                                .toList()));
    }

    @Test
    void theConfigurationsAreAboutAsLargeAsTheyAreSaidToBe() {
        assertEquals(1.5, total(StackConfig.small()) / 1e6, 0.2);
        assertEquals(24, total(StackConfig.defaults()) / 1e6, 6);
    }

    private static long total(StackConfig config) {
        return config.plan().arenaBytes() + config.plan().heapBytes();
    }
}
