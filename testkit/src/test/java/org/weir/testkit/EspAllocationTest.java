package org.weir.testkit;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.security.GeneralSecurityException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.weir.esp.EspSuite;
import org.weir.esp.SecurityPolicy;
import org.weir.esp.SecurityPolicy.Action;
import org.weir.raw.RawEndpoint;
import org.weir.raw.RawResult;
import org.weir.stack.SelfExercise;
import org.weir.wire.IcmpHeader;
import org.weir.wire.IpPrefix;

/// What protecting a packet and taking the protection off allocates: what the JCA makes, and no more than that. Looking
/// at policies allocates nothing. Run a second time in the interpreter.
class EspAllocationTest {
    /// Octets on the heap for a packet that is sealed and opened once; 2,320 to 4,660 were measured for 1,000
    /// octets.
    private static final long MOST = 8_192;
    /// There and back.
    private static final int PACKETS = 2 * Pinger.REQUESTS;

    @Test
    @Tag("allocation")
    void aPacketThatPoliciesLetPassAllocatesNothing() {
        SelfExercise.run();
        try (SimulatedNetwork network = new SimulatedNetwork(SimulatedNetwork.Plan.perfect())) {
            policy(network.client(), network.server(), Action.BYPASS);
            policy(network.server(), network.client(), Action.BYPASS);
            final Pinger pinger = new Pinger(network);
            pinger.run();
            AllocationGuard.assertAllocatesNothing(Pinger.REQUESTS + " requests past policies", 6, pinger);
            pinger.echo.close();
            network.assertNoLeaks();
        }
    }

    @ParameterizedTest
    @EnumSource(EspSuite.class)
    @Tag("allocation")
    void aPacketInEspAllocatesWhatItsCipherDoes(EspSuite suite) throws GeneralSecurityException {
        SelfExercise.run();
        try (SimulatedNetwork network = new SimulatedNetwork(SimulatedNetwork.Plan.perfect())) {
            protect(network.client(), network.server(), suite);
            protect(network.server(), network.client(), suite);
            final Pinger pinger = new Pinger(network);
            pinger.run();
            final long perPacket = AllocationGuard.allocatedBy(pinger) / PACKETS;
            assertTrue(perPacket > 0 && perPacket < MOST, () -> suite + " allocated " + perPacket + " octets a packet");
            pinger.echo.close();
            network.assertNoLeaks();
        }
    }

    private static void policy(SimulatedHost host, SimulatedHost other, Action action) {
        host.stack().esp().addPolicy(SecurityPolicy.with(action, new IpPrefix(other.address(), 32)));
    }

    private static void protect(SimulatedHost host, SimulatedHost other, EspSuite suite)
            throws GeneralSecurityException {
        final byte[] key = new byte[suite.keyOctets()];
        host.stack().esp().addAssociation(0x1000, host.address(), other.address(), suite, key, 64);
        host.stack().esp().addAssociation(0x1000, other.address(), host.address(), suite, key, 64);
        policy(host, other, Action.PROTECT);
    }

    /// Asks the server for echoes, one after the other.
    private static final class Pinger implements Runnable {
        static final int REQUESTS = 200;
        private static final int OCTETS = 1_000;

        private final SimulatedNetwork network;
        private final RawEndpoint echo;
        private final int server;
        private final MemorySegment message = MemorySegment.ofArray(new byte[OCTETS]);

        private Pinger(SimulatedNetwork network) {
            this.network = network;
            this.server = network.server().address().ipv4();
            this.echo = requireNonNull(network.client().stack().raw().openEcho());
            new IcmpHeader().at(message, 0).type(IcmpHeader.ECHO);
        }

        @Override
        public void run() {
            for (int i = 0; i < REQUESTS; i++) {
                assertSame(RawResult.DONE, echo.sendTo(message, 0, OCTETS, server));
                while (echo.peek() == null) {
                    network.step();
                }
                echo.drop();
            }
        }
    }
}
