package org.weir.drivers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Assumptions;
import org.weir.base.SplitMix64;
import org.weir.ip.Netif;
import org.weir.memory.Pbuf;
import org.weir.packet.FrameKind;
import org.weir.packet.PacketEndpoint;
import org.weir.packet.PacketResult;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;
import org.weir.wire.ArpPacket;
import org.weir.wire.EtherType;
import org.weir.wire.EthernetHeader;
import org.weir.wire.IpPrefix;
import org.weir.wire.MacAddress;

/// Packet endpoints and packet sockets of the kernel's over a TAP. Time is real.
class TapPacketsTest {
    private static final int EXPERIMENTAL = 0x88B5;
    private static final long PATIENCE_NS = 20_000_000_000L;
    private static final Path PYTHON = Path.of("/usr/bin/python3");

    /// Waits for a frame and sends its payload back, the other way round.
    private static final String MIRROR = """
        import socket
        s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x88b5))
        s.bind(("weir0", 0x88b5))
        s.settimeout(15)
        print("ready", flush=True)
        frame = s.recv(2000)
        print(frame.hex(), flush=True)
        s.send(frame[6:12] + frame[0:6] + frame[12:14] + frame[:13:-1])
        """;

    @KernelTest
    void aFrameOfAnExperimentalTypeGoesThereAndBack() throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(PYTHON), "skipped: " + PYTHON + " is not installed");
        Namespace.run(() -> {
            try (Host host = new Host()) {
                final Process mirror = new ProcessBuilder(PYTHON.toString(), "-c", MIRROR)
                        .redirectErrorStream(true)
                        .start();
                assertEquals("ready", mirror.inputReader().readLine());
                final PacketEndpoint e = host.open(EXPERIMENTAL);
                e.headerIncluded(false);
                final byte[] payload = new byte[200];
                for (int i = 0; i < payload.length; i++) {
                    payload[i] = (byte) i;
                }
                final MemorySegment memory = MemorySegment.ofArray(payload);
                assertEquals(
                        PacketResult.DONE, e.sendTo(memory, 0, payload.length, MacAddress.BROADCAST, EXPERIMENTAL));
                host.worksUntil(() -> e.peek() != null);
                final String seen = mirror.inputReader().readLine();
                final String header = "ffffffffffff%012x%04x".formatted(host.netif.hardwareAddress(), EXPERIMENTAL);
                assertEquals(header + HexFormat.of().formatHex(payload), seen);
                final Pbuf answer = e.peek();
                assertNotNull(answer);
                assertEquals(FrameKind.HOST, PacketEndpoint.kindOf(answer));
                assertEquals(EXPERIMENTAL, PacketEndpoint.etherTypeOf(answer));
                assertEquals(MacAddress.BROADCAST, e.senderOf(answer));
                final byte[] back = new byte[payload.length];
                assertEquals(back.length, answer.copyTo(0, MemorySegment.ofArray(back), 0, back.length));
                final byte[] expected = new byte[payload.length];
                for (int i = 0; i < payload.length; i++) {
                    expected[i] = payload[payload.length - 1 - i];
                }
                assertArrayEquals(expected, back);
                assertEquals(0, mirror.waitFor());
                e.close();
            }
        });
    }

    @KernelTest
    void theKernelsArpRequestAndOurReplyAreSeen() throws Exception {
        Namespace.run(() -> {
            try (Host host = new Host()) {
                final PacketEndpoint e = host.open(EtherType.ARP);
                e.outgoing(true);
                final List<String> seen = new ArrayList<>();
                e.handler(which -> {
                    while (which.peek() != null) {
                        seen.add(describe(which));
                    }
                });
                final Process ping = new ProcessBuilder("ping", "-c", "1", "-W", "5", "10.10.10.2")
                        .redirectErrorStream(true)
                        .start();
                host.worksUntil(() -> !ping.isAlive());
                final String printed = new String(ping.getInputStream().readAllBytes(), UTF_8);
                assertTrue(printed.contains(" 1 received"), printed);
                final int request = seen.indexOf("BROADCAST request");
                assertTrue(request >= 0, seen::toString);
                assertEquals("OUTGOING reply", seen.get(request + 1));
                e.close();
            }
        });
    }

    /// The oldest frame, gone from the endpoint.
    private static String describe(PacketEndpoint e) {
        final Pbuf frame = e.peek();
        assertNotNull(frame);
        final int operation = new ArpPacket()
                .at(frame.segment(), frame.offset() + EthernetHeader.LENGTH)
                .operation();
        final String what = PacketEndpoint.kindOf(frame) + (operation == ArpPacket.REQUEST ? " request" : " reply");
        e.drop();
        return what;
    }

    /// A stack at 10.10.10.2 behind a TAP of the kernel's, 10.10.10.1.
    private static final class Host implements AutoCloseable {
        private final LinkWaiter waiter;
        private final Stack stack;
        private final Netif netif;

        Host() throws IOException {
            final TapLink link = TapLink.open(TapOptions.tap("weir0"));
            final KernelInterface near = KernelInterface.named(link.name());
            near.address(IpPrefix.parse("10.10.10.1/24"));
            near.up();
            waiter = LinkWaiter.on(link.fileDescriptor());
            stack = Stack.create(StackConfig.small(), new SplitMix64(1), System.nanoTime());
            netif = stack.addInterface("eth0", link);
            stack.addAddress(netif, IpPrefix.parse("10.10.10.2/24"));
        }

        PacketEndpoint open(int type) {
            final PacketEndpoint e = stack.packets().open(type, netif);
            assertNotNull(e);
            return e;
        }

        void worksUntil(BooleanSupplier done) {
            final long start = System.nanoTime();
            while (!done.getAsBoolean()) {
                if (stack.poll(System.nanoTime()) == 0) {
                    waiter.await(1_000_000);
                }
                if (System.nanoTime() - start > PATIENCE_NS) {
                    throw new AssertionError("not done after 20 s");
                }
            }
        }

        @Override
        public void close() throws IOException {
            stack.ipv4().clear();
            stack.close();
            waiter.close();
        }
    }
}
