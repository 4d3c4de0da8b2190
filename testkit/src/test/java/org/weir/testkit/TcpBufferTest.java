package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weir.testkit.SegmentSpec.segment;
import static org.weir.testkit.TcpScenario.millis;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.weir.memory.Pbuf;
import org.weir.stack.StackConfig;
import org.weir.tcp.TcpConfig;
import org.weir.tcp.TcpConnection;
import org.weir.tcp.TcpSettings;

/// Buffers that grow with what a connection carries.
class TcpBufferTest {
    private static final int KIB = 1_024;
    private static final int MSS = 1_400;

    private static StackConfig config(int pages) {
        final TcpConfig tcp = StackConfig.small().tcp().toBuilder()
                .buffers(16 * KIB, 16 * KIB)
                .maximumBuffers(256 * KIB, 256 * KIB)
                .build();
        return StackConfig.small().withPages(pages, 64).withTcp(tcp);
    }

    private static TcpScenario established(int pages) {
        return TcpScenario.established(
                config(pages), segment().mss(MSS).wscale(7).window(65_535).sackPermitted());
    }

    /// The peer fills the window in each of `rounds` round trips, and the application reads all of it.
    private static void receive(TcpScenario t, int rounds) {
        final TcpConnection c = t.application().connection();
        int next = 1;
        for (int i = 0; i < rounds; i++) {
            final int window = c.receiveBuffer() / MSS;
            for (int k = 0; k < window; k++) {
                t.receives(segment().seq(next).ack(1).length(MSS));
                next += MSS;
                t.application().reads(MSS);
            }
            t.after(millis(20)).skip();
        }
    }

    @Test
    void theReceiveBufferGrowsWithAReaderThatKeepsUp() {
        try (TcpScenario t = established(4_096)) {
            receive(t, 12);
            assertEquals(256 * KIB, t.application().connection().receiveBuffer());
        }
    }

    @Test
    void theReceiveBufferStaysWhereThePagesAreScarce() {
        try (TcpScenario t = established(4_096)) {
            final List<Pbuf> held = new ArrayList<>();
            while (t.stack().pool().pages().free() > t.stack().pool().pages().total() * 2 / 5) {
                held.add(Objects.requireNonNull(t.stack().pool().takePage()));
            }
            receive(t, 12);
            assertEquals(16 * KIB, t.application().connection().receiveBuffer());
            held.forEach(Pbuf::release);
        }
    }

    @Test
    void aBufferThatTheUserHasSetStays() {
        try (TcpScenario t = established(4_096)) {
            final TcpSettings settings = new TcpSettings();
            settings.copyFrom(t.application().connection().settings());
            settings.receiveBuffer = 20 * KIB;
            settings.sendBuffer = 24 * KIB;
            t.application().connection().use(settings);
            receive(t, 12);
            assertEquals(20 * KIB, t.application().connection().receiveBuffer());
            assertEquals(24 * KIB, t.application().connection().sendBuffer());
        }
    }

    @Test
    void theSendBufferGrowsWithTheCongestionWindow() {
        try (TcpScenario t = established(4_096)) {
            int una = 1;
            for (int i = 0; i < 4; i++) {
                t.application().offers(256 * KIB);
                t.wire().settle();
                t.lengthSent();
                una = Math.max(una, t.highestSent());
                t.after(millis(20)).receives(segment().seq(1).ack(una));
            }
            final TcpConnection c = t.application().connection();
            assertTrue(c.sendBuffer() > 64 * KIB, "a send buffer of " + c.sendBuffer());
            assertTrue(c.sendBuffer() >= c.congestion().window());
        }
    }
}
