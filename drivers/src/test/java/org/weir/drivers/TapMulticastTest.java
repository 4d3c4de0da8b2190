package org.weir.drivers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Assumptions;
import org.weir.base.SplitMix64;
import org.weir.ip.Netif;
import org.weir.link.CaptureLink;
import org.weir.link.Framing;
import org.weir.link.PcapngWriter;
import org.weir.stack.SocketAddress;
import org.weir.stack.SocketOptions;
import org.weir.stack.Sockets;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;
import org.weir.wire.MacAddress;

/// Groups between a stack and the kernel, over a TAP that is a port of a bridge: the bridge asks for members by IGMP,
/// and forwards a group only to ports behind which it knows some. Time is real.
class TapMulticastTest {
    private static final int PORT = 5_000;
    private static final IpAddress GROUP = IpAddress.parse("239.1.2.3");
    private static final IpAddress KERNEL = IpAddress.parse("10.10.10.1");
    private static final IpAddress STRANGER = IpAddress.parse("10.10.10.77");
    private static final long PATIENCE_NS = 10_000_000_000L;
    /// Long enough for a datagram that is not forwarded to have arrived if it were.
    private static final int SILENCE_MS = 400;
    private static final int CAPTURE_BUFFER = 1 << 17;

    @KernelTest
    void aBridgeForwardsAGroupToTheStackFromItsJoiningToItsLeaving() throws Exception {
        Namespace.run(() -> {
            try (Bridge bridge = new Bridge(3)) {
                bridge.worksFor(SILENCE_MS);
                bridge.kernelSends("nobody");
                assertTrue(bridge.hasKept("nobody"));
                bridge.joins();
                bridge.kernelSends("hello");
                assertEquals("hello", bridge.stackHears());
                assertFalse(bridge.hasKept("hello"));
                assertEquals(0, bridge.sockets.groups().leave(bridge.socket, GROUP, bridge.netif.index()));
                assertTrue(bridge.worksUntil(() -> !bridge.learnt().contains(GROUP.toString())), bridge::learnt);
                bridge.kernelSends("gone");
                assertTrue(bridge.hasKept("gone"));
            }
        });
    }

    @KernelTest
    void aBridgeForwardsTheSourcesThatTheStackWants() throws Exception {
        Namespace.run(() -> {
            try (Bridge bridge = new Bridge(3)) {
                bridge.worksFor(SILENCE_MS);
                final int eth = bridge.netif.index();
                assertEquals(0, bridge.sockets.groups().joinSource(bridge.socket, GROUP, eth, STRANGER));
                assertTrue(bridge.worksUntil(() -> bridge.learnt().contains(STRANGER.toString())), bridge::learnt);
                bridge.kernelSends("not wanted");
                assertTrue(bridge.hasKept("not wanted"));
                assertEquals(0, bridge.sockets.groups().joinSource(bridge.socket, GROUP, eth, KERNEL));
                assertTrue(bridge.worksUntil(() -> bridge.learnt().contains(KERNEL.toString())), bridge::learnt);
                bridge.kernelSends("wanted");
                assertEquals("wanted", bridge.stackHears());
            }
        });
    }

    @KernelTest
    void aBridgeThatSpeaksVersion2IsAnsweredInVersion2() throws Exception {
        Namespace.run(() -> {
            try (Bridge bridge = new Bridge(2)) {
                assertTrue(bridge.worksUntil(() -> bridge.stack.ipv4().igmp().version(bridge.netif) == 2));
                bridge.joins();
                bridge.kernelSends("hello");
                assertEquals("hello", bridge.stackHears());
            }
        });
    }

    @KernelTest
    void theKernelHearsTheGroupsAndBroadcastsOfTheStack() throws Exception {
        Namespace.run(() -> {
            try (Bridge bridge = new Bridge(3)) {
                bridge.worksFor(SILENCE_MS);
                bridge.kernel.joinGroup(bridge.group(), bridge.bridge);
                assertTrue(bridge.worksUntil(() -> bridge.learnt().contains(GROUP.toString())), bridge::learnt);
                bridge.stackSends("to the group", GROUP);
                assertEquals("to the group", bridge.kernelHears());
                assertEquals(
                        0,
                        bridge.sockets.setOption(
                                bridge.socket, SocketOptions.SOL_SOCKET, SocketOptions.SO_BROADCAST, 1));
                bridge.stackSends("to all", IpAddress.parse("10.10.10.255"));
                assertEquals("to all", bridge.kernelHears());
            }
        });
    }

    /// A stack behind the port of a bridge, and a socket of each side.
    private static final class Bridge implements AutoCloseable {
        private final TapLink link;
        private final LinkWaiter waiter;
        private final Stack stack;
        private final Netif netif;
        private final Sockets sockets;
        private final int socket;
        private final MulticastSocket kernel;
        private final NetworkInterface bridge;
        private final ByteArrayOutputStream captured = new ByteArrayOutputStream();
        private final PcapngWriter capture =
                new PcapngWriter(MemorySegment.ofArray(new byte[CAPTURE_BUFFER]), this::keep, Framing.ETHERNET, 0);
        private final MemorySegment buffer = MemorySegment.ofArray(new byte[2_000]);

        Bridge(int igmpVersion) throws Exception {
            run("ip link add br0 type bridge mcast_snooping 1 mcast_query_response_interval 20 mcast_igmp_version "
                    + igmpVersion);
            // It floods groups for one response interval from here on.
            run("ip link set br0 type bridge mcast_querier 1");
            run("ip address add 10.10.10.1/24 dev br0");
            link = TapLink.open(TapOptions.tap("t0").withHardwareAddress(MacAddress.parse("02:00:00:00:00:02")));
            waiter = LinkWaiter.on(link.fileDescriptor());
            run("ip link set t0 master br0 up");
            run("ip link set br0 up");
            stack = Stack.create(StackConfig.small(), new SplitMix64(1), System.nanoTime());
            netif = stack.addInterface("t0", new CaptureLink(link, capture));
            stack.addAddress(netif, IpPrefix.parse("10.10.10.2/24"));
            sockets = stack.sockets();
            socket = sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
            assertEquals(0, sockets.bind(socket, new SocketAddress(IpAddress.ANY, PORT)));
            bridge = NetworkInterface.getByName("br0");
            kernel = new MulticastSocket(PORT);
            kernel.setNetworkInterface(bridge);
            kernel.setSoTimeout(10_000);
        }

        InetSocketAddress group() throws IOException {
            return new InetSocketAddress(InetAddress.getByName(GROUP.toString()), PORT);
        }

        private void keep(MemorySegment memory, long offset, long length) {
            captured.writeBytes(memory.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE));
        }

        /// The groups that the bridge has been told of, and where their members are.
        String learnt() {
            return run("bridge -d mdb show dev br0");
        }

        void works() {
            final long now = System.nanoTime();
            stack.poll(now);
            waiter.await(Math.clamp(stack.nextDeadlineNs() - System.nanoTime(), 0, 10_000_000L));
        }

        boolean worksUntil(BooleanSupplier done) {
            final long end = System.nanoTime() + PATIENCE_NS;
            while (!done.getAsBoolean() && System.nanoTime() - end < 0) {
                works();
            }
            return done.getAsBoolean();
        }

        void worksFor(int ms) {
            final long end = System.nanoTime() + ms * 1_000_000L;
            while (System.nanoTime() - end < 0) {
                works();
            }
        }

        void kernelSends(String text) throws IOException {
            final byte[] octets = text.getBytes(StandardCharsets.UTF_8);
            kernel.send(new DatagramPacket(octets, octets.length, group()));
        }

        String stackHears() {
            assertTrue(worksUntil(() -> (sockets.ready(socket) & Sockets.POLLIN) != 0), this::learnt);
            final int octets = sockets.receive(socket, buffer, 0, 2_000, 0);
            return new String((byte[]) buffer.heapBase().orElseThrow(), 0, octets, StandardCharsets.UTF_8);
        }

        /// True if the bridge has kept what the kernel sent.
        boolean hasKept(String text) {
            worksFor(SILENCE_MS);
            capture.flush();
            return !captured.toString(StandardCharsets.ISO_8859_1).contains(text);
        }

        void joins() {
            assertEquals(0, sockets.groups().join(socket, GROUP, netif.index()));
            assertTrue(worksUntil(() -> learnt().contains(GROUP.toString())), this::learnt);
        }

        void stackSends(String text, IpAddress to) {
            final byte[] octets = text.getBytes(StandardCharsets.UTF_8);
            assertEquals(
                    octets.length,
                    sockets.sendTo(
                            socket, MemorySegment.ofArray(octets), 0, octets.length, new SocketAddress(to, PORT)));
            works();
        }

        String kernelHears() throws IOException {
            final DatagramPacket packet = new DatagramPacket(new byte[2_000], 2_000);
            kernel.receive(packet);
            return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8);
        }

        @Override
        public void close() throws IOException {
            kernel.close();
            sockets.close(socket);
            worksFor(50);
            stack.close();
            waiter.close();
        }
    }

    private static String run(String command) {
        try {
            final Process process = new ProcessBuilder(List.of(command.split(" ", -1)))
                    .redirectErrorStream(true)
                    .start();
            final String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(process.waitFor(10, TimeUnit.SECONDS), command);
            Assumptions.assumeTrue(process.exitValue() == 0, command + ": " + printed);
            return printed;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
