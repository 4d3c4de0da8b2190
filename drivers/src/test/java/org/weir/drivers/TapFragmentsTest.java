package org.weir.drivers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.weir.base.SplitMix64;
import org.weir.link.DropReason;
import org.weir.stack.SocketAddress;
import org.weir.stack.Sockets;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;

/// The longest datagrams between a stack and the kernel over a TAP or TUN, each side cutting its own and putting
/// together those of the other. Time is real.
class TapFragmentsTest {
    private static final int LONGEST = 65_507;
    private static final int PORT = 7;
    private static final long PATIENCE_NS = 10_000_000_000L;

    private static final List<TapOptions> DEVICES = List.of(
            TapOptions.tap("weir0"),
            TapOptions.tap("weir0").withoutOffload(),
            TapOptions.tun("weir0"),
            TapOptions.tap("weir0").withMtu(576));

    @KernelTest
    void theKernelsDatagramsComeBack() throws Exception {
        for (final TapOptions device : DEVICES) {
            Namespace.run(() -> {
                try (Host host = new Host(device)) {
                    for (final int octets : new int[] {1_473, 5_001, 30_000, LONGEST}) {
                        host.echoes(octets);
                    }
                    assertEquals(4, host.stack.ipv4().reassembly().reassembled());
                    host.hasLostNothing();
                }
            });
        }
    }

    @KernelTest
    void pingOfTheLargestSizeLosesNothing() throws Exception {
        for (final TapOptions device : DEVICES) {
            Namespace.run(() -> {
                try (Host host = new Host(device)) {
                    final Process ping = new ProcessBuilder(
                                    "ping", "-c", "5", "-i", "0.05", "-W", "5", "-s", "" + LONGEST, "10.10.10.2")
                            .redirectErrorStream(true)
                            .start();
                    host.worksUntil(() -> !ping.isAlive());
                    final String printed = new String(ping.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                    assertTrue(printed.contains(" 5 received, 0% packet loss"), printed);
                    assertEquals(5, host.stack.ipv4().reassembly().reassembled());
                    host.hasLostNothing();
                }
            });
        }
    }

    /// A stack that sends back what comes to port 7, and a socket of the kernel's.
    private static final class Host implements AutoCloseable {
        private final LinkWaiter waiter;
        private final Stack stack;
        private final Sockets sockets;
        private final int socket;
        private final DatagramSocket kernel;
        private final MemorySegment buffer = MemorySegment.ofArray(new byte[LONGEST]);
        private final SocketAddress sender = new SocketAddress();

        Host(TapOptions options) throws IOException {
            final TapLink link = TapLink.open(options);
            final KernelInterface near = KernelInterface.named(link.name());
            near.address(IpPrefix.parse("10.10.10.1/24"));
            near.up();
            waiter = LinkWaiter.on(link.fileDescriptor());
            stack = Stack.create(StackConfig.small(), new SplitMix64(1), System.nanoTime());
            stack.addAddress(stack.addInterface("eth0", link), IpPrefix.parse("10.10.10.2/24"));
            sockets = stack.sockets();
            socket = sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
            assertEquals(0, sockets.bind(socket, new SocketAddress(IpAddress.ANY, PORT)));
            kernel = new DatagramSocket(new InetSocketAddress("10.10.10.1", 0));
            kernel.setSoTimeout(10_000);
        }

        private void works() {
            stack.poll(System.nanoTime());
            waiter.await(Math.clamp(stack.nextDeadlineNs() - System.nanoTime(), 0, 10_000_000L));
        }

        boolean worksUntil(BooleanSupplier done) {
            final long end = System.nanoTime() + PATIENCE_NS;
            while (!done.getAsBoolean() && System.nanoTime() - end < 0) {
                works();
            }
            return done.getAsBoolean();
        }

        void echoes(int octets) throws IOException {
            final byte[] sent = new byte[octets];
            new Random(octets).nextBytes(sent);
            kernel.send(new DatagramPacket(sent, octets, InetAddress.getByName("10.10.10.2"), PORT));
            assertTrue(worksUntil(() -> (sockets.ready(socket) & Sockets.POLLIN) != 0), octets + " octets");
            assertEquals(octets, sockets.receiveFrom(socket, buffer, 0, LONGEST, 0, sender));
            assertEquals(octets, sockets.sendTo(socket, buffer, 0, octets, sender));
            works();
            final DatagramPacket received = new DatagramPacket(new byte[LONGEST], LONGEST);
            kernel.receive(received);
            assertArrayEquals(sent, Arrays.copyOf(received.getData(), received.getLength()));
        }

        /// The kernel also sends IPv6, which is counted as unknown.
        void hasLostNothing() {
            final long ipv6 = stack.drops().of(DropReason.ETHERNET_UNKNOWN_TYPE)
                    + stack.drops().of(DropReason.ETHERNET_OTHER_HOST)
                    + stack.drops().of(DropReason.IPV4_MALFORMED);
            assertEquals(0, stack.drops().total() - ipv6);
        }

        @Override
        public void close() {
            kernel.close();
            sockets.close(socket);
            stack.close();
            waiter.close();
            stack.pool().assertNoLeaks();
        }
    }
}
