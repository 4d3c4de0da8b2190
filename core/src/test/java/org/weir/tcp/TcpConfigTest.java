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
        return new TcpConfig(1, 1, 2_048, 2_048, minimumRtoNs, delayedAckNs, 0, 0, 1);
    }

    private static TcpConfig listeners(int listeners) {
        return new TcpConfig(1, listeners, 2_048, 2_048, SECOND, 0, 0, 0, 1);
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
        refused("TCP SYN retries of -1 is not in 0 to 20", () -> d.withRetries(-1, 1));
        refused("TCP SYN retries of 21 is not in 0 to 20", () -> d.withRetries(21, 1));
        refused("TCP data retries of 0 is not in 1 to 100", () -> d.withRetries(0, 0));
        refused("TCP data retries of 101 is not in 1 to 100", () -> d.withRetries(0, 101));
    }

    @Test
    void theEndsOfEveryRangeArePermitted() {
        new TcpConfig(1, 1, 2_048, 2_048, 1_000_000, 0, 0, 0, 1);
        TcpConfig most =
                new TcpConfig(1 << 24, 1 << 16, 1 << 30, 1 << 30, 60 * SECOND, SECOND / 2, 120 * SECOND, 20, 100);
        assertEquals(1 << 30, most.receiveBuffer());
    }

    @Test
    void eachSettingIsChangedAlone() {
        TcpConfig d = TcpConfig.defaults();
        assertEquals(
                new TcpConfig(7, d.listeners(), 3_000, 4_000, d.minimumRtoNs(), d.delayedAckNs(), 5, 2, 3),
                d.withConnections(7)
                        .withBuffers(3_000, 4_000)
                        .withMaximumSegmentLifetime(5)
                        .withRetries(2, 3));
        assertEquals(
                d,
                d.withRetries(2, 3)
                        .withMaximumSegmentLifetime(5)
                        .withBuffers(3_000, 4_000)
                        .withConnections(7)
                        .withConnections(d.connections())
                        .withBuffers(d.sendBuffer(), d.receiveBuffer())
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
