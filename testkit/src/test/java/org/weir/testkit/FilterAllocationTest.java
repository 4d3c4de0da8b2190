package org.weir.testkit;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.weir.filter.FilterEvent;
import org.weir.filter.FilterHook;
import org.weir.filter.FilterRule;
import org.weir.filter.FilterRules;
import org.weir.filter.FilterVerdict;
import org.weir.filter.PacketFilter;
import org.weir.raw.RawEndpoint;
import org.weir.raw.RawResult;
import org.weir.stack.SelfExercise;
import org.weir.wire.IcmpHeader;
import org.weir.wire.IpPrefix;
import org.weir.wire.IpProtocol;

/// Asking a filter allocates nothing, whatever it says. Run a second time in the interpreter.
class FilterAllocationTest {
    private static final int OCTETS = 200_000;
    private static final long HOUR = 3_600_000_000_000L;

    @Test
    @Tag("allocation")
    void askingAboutEverythingAllocatesNothing() {
        SelfExercise.run();
        try (SimulatedNetwork network = new SimulatedNetwork(SimulatedNetwork.Plan.perfect())) {
            final Reader reader = new Reader(FilterRules.builder()
                    .add(new FilterRule(FilterHook.INPUT, FilterVerdict.DROP)
                            .protocol(IpProtocol.TCP)
                            .from(IpPrefix.parse("198.51.100.0/24"))
                            .ports(1, 6)
                            .in("eth9"))
                    .add(new FilterRule(FilterHook.INPUT, FilterVerdict.REJECT).protocol(IpProtocol.ICMP))
                    .build());
            network.client().stack().filter(reader);
            network.server().stack().filter(reader);
            final Talk talk = new Talk(network);
            talk.run();
            AllocationGuard.assertAllocatesNothing("a transfer and refusals under a filter", 6, talk);
            assertEquals(0, network.server().stack().filters().failures());
            assertTrue(network.server().stack().filters().refused() >= Talk.REQUESTS);
            assertTrue(reader.sum != 0);
            talk.echo.close();
            network.client().stack().removeFilter();
            network.server().stack().removeFilter();
            network.assertNoLeaks();
        }
    }

    /// Reads all that an event has, and leaves the verdict to rules.
    private static final class Reader implements PacketFilter {
        private final FilterRules rules;
        private final MemorySegment copy = MemorySegment.ofArray(new byte[64]);
        private long sum;

        private Reader(FilterRules rules) {
            this.rules = rules;
        }

        @Override
        public FilterVerdict filter(FilterEvent event) {
            if (event.length() > 0) {
                sum += event.octet(event.length() - 1);
                event.copyTo(0, copy, 0, Math.min(event.length(), 64));
            }
            sum += event.nowNs() + event.sourceLow() + event.destinationPort() + event.tcpFlags();
            return rules.filter(event);
        }
    }

    /// Sends octets there and back, and echo requests that are rejected.
    private static final class Talk implements Runnable {
        private static final int REQUESTS = 100;

        private final SimulatedNetwork network;
        private final EchoTransfer transfer;
        private final RawEndpoint echo;
        private final MemorySegment message = MemorySegment.ofArray(new byte[64]);

        private Talk(SimulatedNetwork network) {
            this.network = network;
            this.transfer = new EchoTransfer(network);
            this.echo = requireNonNull(network.client().stack().raw().openEcho());
            new IcmpHeader().at(message, 0).type(IcmpHeader.ECHO);
        }

        @Override
        public void run() {
            transfer.start(OCTETS);
            final long endNs = network.nowNs() + HOUR;
            while (!transfer.isDone() && network.nowNs() < endNs) {
                network.step();
            }
            assertEquals(OCTETS, transfer.verified());
            for (int i = 0; i < REQUESTS; i++) {
                assertSame(
                        RawResult.DONE,
                        echo.sendTo(message, 0, 64, network.server().address().ipv4()));
                network.step();
            }
        }
    }
}
