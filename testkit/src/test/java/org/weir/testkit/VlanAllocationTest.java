package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.weir.ip.Netif;
import org.weir.ip.Vlan;
import org.weir.stack.Errno;
import org.weir.stack.SelfExercise;
import org.weir.stack.SocketAddress;
import org.weir.stack.Sockets;
import org.weir.wire.IpPrefix;

/// A connection on a VLAN: its segments are cut behind tagged headers, and nothing is allocated. Run a second time in
/// the interpreter.
class VlanAllocationTest {
    private static final int OCTETS = 500_000;
    private static final int PIECE = 20_000;
    private static final long SECOND = 1_000_000_000L;

    private static Netif onVlan(SimulatedHost host, String address) {
        final Netif netif =
                host.stack().addVlan("vlan7", host.netif(), Vlan.of(7).withPriorityByDscp());
        host.stack().addAddress(netif, IpPrefix.parse(address + "/24"));
        return netif;
    }

    @Test
    @Tag("allocation")
    void aConnectionOnAVlanAllocatesNothing() {
        SelfExercise.run();
        try (SimulatedNetwork network = new SimulatedNetwork(SimulatedNetwork.Plan.perfect())) {
            final Netif client = onVlan(network.client(), "10.7.0.1");
            final Netif server = onVlan(network.server(), "10.7.0.2");
            final Stream stream = new Stream(network);
            stream.run();
            AllocationGuard.assertAllocatesNothing(OCTETS + " octets", 6, stream);
            stream.close();
            network.run(100 * SECOND);
            network.assertNoLeaks();
            assertTrue(client.octetsSent() > OCTETS, "by the VLAN");
            assertTrue(server.octetsReceived() > OCTETS, "by the VLAN");
        }
    }

    /// Sends and compares.
    private static final class Stream implements Runnable {
        private final SimulatedNetwork network;
        private final Sockets from;
        private final Sockets to;
        private final int sender;
        private final int receiver;
        private final byte[] pattern = new byte[OCTETS];
        private final byte[] arrived = new byte[OCTETS];
        private final MemorySegment source = MemorySegment.ofArray(pattern);
        private final MemorySegment target = MemorySegment.ofArray(arrived);

        private Stream(SimulatedNetwork network) {
            this.network = network;
            new Random(7).nextBytes(pattern);
            from = network.client().stack().sockets();
            to = network.server().stack().sockets();
            final SocketAddress far =
                    new SocketAddress(IpPrefix.parse("10.7.0.2/24").address(), 7);
            final int listener = to.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
            assertEquals(0, to.bind(listener, far));
            assertEquals(0, to.listen(listener, 1));
            sender = from.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
            assertEquals(-Errno.EINPROGRESS, from.connect(sender, far));
            network.run(SECOND);
            receiver = to.accept(listener, null);
            assertTrue(receiver >= 0, Errno.name(receiver));
            to.close(listener);
        }

        @Override
        public void run() {
            int sent = 0;
            int received = 0;
            target.fill((byte) 0);
            while (received < OCTETS) {
                sent += Math.max(0, from.send(sender, source, sent, Math.min(PIECE, OCTETS - sent)));
                received += Math.max(0, to.receive(receiver, target, received, OCTETS - received, 0));
                network.step();
            }
            if (source.mismatch(target) >= 0) {
                throw new AssertionError("not what was sent");
            }
        }

        private void close() {
            from.close(sender);
            to.close(receiver);
        }
    }
}
