package org.weir.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class TcpConfigTest {
    private static final long SECOND = 1_000_000_000L;

    private static void refused(String message, Executable what) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, what).getMessage());
    }

    private static TcpConfig config(long minimumRtoNs, long delayedAckNs) {
        return TcpConfig.defaults().toBuilder()
                .minimumRtoNs(minimumRtoNs)
                .delayedAckNs(delayedAckNs)
                .build();
    }

    private static TcpConfig listeners(int listeners) {
        return TcpConfig.defaults().toBuilder().listeners(listeners).build();
    }

    @Test
    void theDefaultsAreThoseOfAModernServer() {
        TcpConfig defaults = TcpConfig.defaults();
        assertEquals(SECOND / 5, defaults.minimumRtoNs());
        assertEquals(SECOND / 25, defaults.delayedAckNs());
        assertEquals(30 * SECOND, defaults.maximumSegmentLifetimeNs());
        assertEquals(1_024, defaults.connections());
    }

    @Test
    void aSettingOutOfItsRangeIsRefusedWithItsNameItsValueAndTheRange() {
        TcpConfig d = TcpConfig.defaults();
        refused("TCP connections of 0 is not in 1 to 16777216", () -> d.withConnections(0));
        refused("TCP connections of 16777217 is not in 1 to 16777216", () -> d.withConnections((1 << 24) + 1));
        refused("TCP listeners of 0 is not in 1 to 65536", () -> listeners(0));
        refused("TCP listeners of 65537 is not in 1 to 65536", () -> listeners(65_537));
        refused("TCP send buffer of 2047 is not in 2048 to 1073741824", () -> d.withBuffers(2_047, 4_096));
        refused("TCP receive buffer of 2047 is not in 2048 to 1073741824", () -> d.withBuffers(4_096, 2_047));
        refused(
                "TCP send buffer of 1073741825 is not in 2048 to 1073741824",
                () -> d.withBuffers((1 << 30) + 1, 4_096));
        refused("TCP minimum RTO (ns) of 999999 is not in 1000000 to 60000000000", () -> config(999_999, 0));
        refused(
                "TCP minimum RTO (ns) of 60000000001 is not in 1000000 to 60000000000",
                () -> config(60 * SECOND + 1, 0));
        refused("TCP delayed acknowledgment (ns) of -1 is not in 0 to 500000000", () -> config(SECOND, -1));
        refused(
                "TCP delayed acknowledgment (ns) of 500000001 is not in 0 to 500000000",
                () -> config(SECOND, SECOND / 2 + 1));
        refused(
                "TCP maximum segment lifetime (ns) of -1 is not in 0 to 120000000000",
                () -> d.withMaximumSegmentLifetime(-1));
        refused(
                "TCP maximum segment lifetime (ns) of 120000000001 is not in 0 to 120000000000",
                () -> d.withMaximumSegmentLifetime(120 * SECOND + 1));
        refused(
                "TCP maximum send buffer of 2999 is not in 3000 to 1073741824",
                () -> d.toBuilder()
                        .buffers(3_000, 4_000)
                        .maximumBuffers(2_999, 4_000)
                        .build());
        refused(
                "TCP maximum receive buffer of 3999 is not in 4000 to 1073741824",
                () -> d.toBuilder()
                        .buffers(3_000, 4_000)
                        .maximumBuffers(3_000, 3_999)
                        .build());
        refused(
                "TCP quick acknowledgments of -1 is not in 0 to 1000",
                () -> d.toBuilder().quickAcks(-1).build());
        refused("TCP SYN retries of -1 is not in 0 to 20", () -> d.withRetries(-1, 1));
        refused("TCP SYN retries of 21 is not in 0 to 20", () -> d.withRetries(21, 1));
        refused("TCP data retries of 0 is not in 1 to 100", () -> d.withRetries(0, 0));
        refused("TCP data retries of 101 is not in 1 to 100", () -> d.withRetries(0, 101));
    }

    @Test
    void theEndsOfEveryRangeArePermitted() {
        new TcpConfig.Builder()
                .connections(1)
                .listeners(1)
                .buffers(2_048, 2_048)
                .minimumRtoNs(1_000_000)
                .delayedAckNs(0)
                .quickAcks(0)
                .maximumSegmentLifetimeNs(0)
                .retries(0, 1)
                .build();
        final TcpConfig most = new TcpConfig.Builder()
                .connections(1 << 24)
                .listeners(1 << 16)
                .buffers(1 << 30, 1 << 30)
                .maximumBuffers(1 << 30, 1 << 30)
                .minimumRtoNs(60 * SECOND)
                .delayedAckNs(SECOND / 2)
                .quickAcks(1_000)
                .maximumSegmentLifetimeNs(120 * SECOND)
                .retries(20, 100)
                .build();
        assertEquals(1 << 30, most.receiveBuffer());
    }

    @Test
    void eachSettingIsChangedAlone() {
        TcpConfig d = TcpConfig.defaults();
        assertEquals(
                d.toBuilder()
                        .retries(2, 3)
                        .congestion(CongestionAlgorithm.NEW_RENO)
                        .maximumSegmentLifetimeNs(5)
                        .buffers(3_000, 4_000)
                        .maximumBuffers(3_000, 4_000)
                        .ecn(EcnMode.OFF)
                        .connections(7)
                        .build(),
                d.withConnections(7)
                        .withBuffers(3_000, 4_000)
                        .withMaximumSegmentLifetime(5)
                        .withCongestion(CongestionAlgorithm.NEW_RENO)
                        .withEcn(EcnMode.OFF)
                        .withRetries(2, 3));
        assertEquals(
                d,
                d
                        .withRetries(2, 3)
                        .withMaximumSegmentLifetime(5)
                        .withBuffers(3_000, 4_000)
                        .withConnections(7)
                        .withConnections(d.connections())
                        .toBuilder()
                        .buffers(d.sendBuffer(), d.receiveBuffer())
                        .maximumBuffers(d.maximumSendBuffer(), d.maximumReceiveBuffer())
                        .build()
                        .withMaximumSegmentLifetime(d.maximumSegmentLifetimeNs())
                        .withRetries(d.synRetries(), d.dataRetries()));
    }

    @Test
    void theWindowScaleIsTheSmallestWithWhichTheBufferFitsTheHeader() {
        for (int buffer : new int[] {2_048, 65_535, 65_536, 131_071, 131_072, 512 * 1024, 65_535 << 14}) {
            int scale = TcpConfig.defaults().withBuffers(2_048, buffer).windowScale();
            assertTrue(buffer >>> scale <= 0xFFFF, buffer + " at " + scale);
            assertTrue(scale == 0 || buffer >>> scale - 1 > 0xFFFF, buffer + " at " + scale);
            assertTrue(scale <= 14, "RFC 7323 section 2.3");
        }
    }
}
