package org.weir.jdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver.LookupPolicy;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.weir.dns.NameServer;
import org.weir.dns.ResolverConfig;
import org.weir.runtime.SharedStack;
import org.weir.stack.StackConfig;
import org.weir.wire.IpAddress;

/// The resolver against name servers that a test makes up, on the loopback of one stack.
@Timeout(60)
final class WeirResolverTest {
    private static final LookupPolicy IPV4 = LookupPolicy.of(LookupPolicy.IPV4);
    private static final int HEADER = 12;

    private final SharedStack stack = World.start(StackConfig.small());
    private final WeirSelectorProvider provider = new WeirSelectorProvider(stack);
    private final List<InetSocketAddress> servers = new ArrayList<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();

    @TempDir
    private Path directory;

    private Path hosts;

    @BeforeEach
    void aHostsFile() throws IOException {
        hosts = directory.resolve("hosts");
        Files.writeString(hosts, """
            # a comment
            10.1.2.3  printer.weir.test Printer   # on the second floor
            10.1.2.4  printer
            ::1       printer ip6-localhost
            nonsense
            """);
    }

    @AfterEach
    void ends() {
        stack.close();
    }

    private WeirResolver resolver() {
        return new WeirResolver(
                () -> stack,
                ResolverConfig.of(servers.stream()
                                .map(at ->
                                        new NameServer(IpAddress.ofIpv4(Addresses.ipv4(at.getAddress())), at.getPort()))
                                .toList())
                        .withHosts(hosts));
    }

    private List<String> addresses(String name) throws UnknownHostException {
        return resolver()
                .lookupByName(name, IPV4)
                .map(InetAddress::getHostAddress)
                .toList();
    }

    // ---- name servers ----

    /// A name server that answers each question with what `answer` makes of it.
    private DatagramChannel serve(UnaryOperator<ByteBuffer> answer) throws IOException {
        return serveAll(question -> List.of(answer.apply(question)));
    }

    /// The same with several messages, or none.
    private DatagramChannel serveAll(Function<ByteBuffer, List<ByteBuffer>> answer) throws IOException {
        final DatagramChannel channel = provider.openDatagramChannel(StandardProtocolFamily.INET);
        channel.bind(World.anyPort());
        servers.add((InetSocketAddress) channel.getLocalAddress());
        Thread.ofVirtual().start(() -> {
            final ByteBuffer question = ByteBuffer.allocate(512);
            try {
                while (true) {
                    final SocketAddress from = channel.receive(question.clear());
                    plain(question.flip());
                    asked.add(name(question));
                    for (final ByteBuffer message : answer.apply(question)) {
                        channel.send(message, from);
                    }
                }
            } catch (IOException _) {
                // The stack has ended.
            }
        });
        return channel;
    }

    /// Cuts off what tells of extensions, which these servers do not know.
    private static ByteBuffer plain(ByteBuffer question) {
        int end = HEADER;
        while (question.get(end) > 0) {
            end += 1 + question.get(end);
        }
        return question.putShort(10, (short) 0).limit(end + 5);
    }

    private static String name(ByteBuffer question) {
        final StringBuilder name = new StringBuilder();
        int at = HEADER;
        for (int length = question.get(at); length > 0; length = question.get(at)) {
            final byte[] label = new byte[length];
            question.get(at + 1, label);
            name.append(new String(label, StandardCharsets.US_ASCII)).append('.');
            at += 1 + length;
        }
        return name.toString();
    }

    /// The question with the flags of an answer, and room behind it.
    private static ByteBuffer begin(ByteBuffer question, int flags, int answers) {
        return ByteBuffer.allocate(512)
                .put(question.slice())
                .putShort(2, (short) flags)
                .putShort(6, (short) answers);
    }

    private static ByteBuffer pointer(ByteBuffer message, int to) {
        return message.putShort((short) (0xC000 | to));
    }

    private static ByteBuffer resource(ByteBuffer message, int type, int length) {
        return message.putShort((short) type).putShort((short) 1).putInt(60).putShort((short) length);
    }

    private static ByteBuffer addressesOfQuestion(ByteBuffer question, int... addresses) {
        final ByteBuffer message = begin(question, 0x8180, addresses.length);
        for (final int address : addresses) {
            resource(pointer(message, HEADER), 1, 4).putInt(address);
        }
        return message.flip();
    }

    private static ByteBuffer label(ByteBuffer message, String label) {
        return message.put((byte) label.length()).put(label.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void aNameHasTheAddressesThatTheServerTells() throws Exception {
        serve(q -> addressesOfQuestion(q, 0x0A000001, 0x0A000002));
        assertEquals(List.of("10.0.0.1", "10.0.0.2"), addresses("www.weir.test"));
        assertEquals(List.of("www.weir.test."), asked);
    }

    @Test
    void anAddressKeepsTheNameThatWasAskedFor() throws Exception {
        serve(q -> addressesOfQuestion(q, 0x0A000001));
        for (final String name : List.of("www.weir.test", "printer", "localhost")) {
            final InetAddress address =
                    resolver().lookupByName(name, IPV4).findFirst().orElseThrow();
            assertEquals(name, new InetSocketAddress(address, 443).getHostString());
        }
    }

    @Test
    void anInterruptDoesNotEndALookUp() throws Exception {
        serve(q -> addressesOfQuestion(q, 0x0A000001));
        Thread.currentThread().interrupt();
        assertEquals(List.of("10.0.0.1"), addresses("www.weir.test"));
        assertTrue(Thread.interrupted());
    }

    @Test
    void anInterruptWhileAServerThinksDoesNotEndALookUp() throws Exception {
        final Thread asker = Thread.currentThread();
        serveAll(q -> {
            if (asked.size() == 1) {
                asker.interrupt();
                return List.of();
            }
            return List.of(addressesOfQuestion(q, 0x0A000001));
        });
        assertEquals(List.of("10.0.0.1"), addresses("www.weir.test"));
        assertTrue(Thread.interrupted());
        assertEquals(2, asked.size());
    }

    @Test
    void questionsComeFromPortsThatDoNotFollowEachOther() throws Exception {
        final List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            try (DatagramChannel channel = provider.openDatagramChannel(StandardProtocolFamily.INET)) {
                channel.bind(null);
                ports.add(((InetSocketAddress) channel.getLocalAddress()).getPort());
            }
        }
        int neighbours = 0;
        for (int i = 1; i < ports.size(); i++) {
            neighbours += Math.abs(ports.get(i) - ports.get(i - 1)) <= 2 ? 1 : 0;
        }
        assertTrue(neighbours < 5, ports.toString());
    }

    @Test
    void anAliasIsFollowedInTheAnswer() throws Exception {
        serve(q -> {
            final ByteBuffer message = begin(q, 0x8180, 3);
            final int unrelated = message.position();
            resource(label(message, "other").put((byte) 0), 1, 4).putInt(0x0A000009);
            resource(pointer(message, HEADER), 5, 6);
            final int target = message.position();
            label(message, "real").put((byte) 0);
            resource(pointer(message, target), 1, 4).putInt(0x0A000003);
            assertTrue(unrelated < target);
            return message.flip();
        });
        assertEquals(List.of("10.0.0.3"), addresses("alias.weir.test"));
    }

    @Test
    void anAliasWithoutItsAddressIsAskedFor() throws Exception {
        serve(q -> name(q).equals("real.") ? addressesOfQuestion(q, 0x0A000004) : alias(q, "real"));
        assertEquals(List.of("10.0.0.4"), addresses("alias.weir.test"));
        assertEquals(List.of("alias.weir.test.", "real."), asked);
    }

    private static ByteBuffer alias(ByteBuffer question, String of) {
        final ByteBuffer message = begin(question, 0x8180, 1);
        resource(pointer(message, HEADER), 5, of.length() + 2);
        return label(message, of).put((byte) 0).flip();
    }

    @Test
    void aliasesInACircleAreGivenUp() throws Exception {
        serve(q -> alias(q, name(q).equals("one.") ? "two" : "one"));
        final UnknownHostException e = assertThrows(UnknownHostException.class, () -> addresses("one"));
        assertEquals("one: its aliases do not end", e.getMessage());
    }

    @Test
    void aNameThatDoesNotExistIsSaidAtOnce() throws Exception {
        serve(q -> begin(q, 0x8183, 0).flip());
        serve(q -> addressesOfQuestion(q, 0x0A000001));
        final UnknownHostException e = assertThrows(UnknownHostException.class, () -> addresses("no.weir.test"));
        assertEquals("no.weir.test: no such name", e.getMessage());
        assertEquals(1, asked.size());
    }

    @Test
    void aNameWithoutAddressesIsSaid() throws Exception {
        serve(q -> begin(q, 0x8180, 0).flip());
        final UnknownHostException e = assertThrows(UnknownHostException.class, () -> addresses("empty.weir.test"));
        assertEquals("empty.weir.test: has no IPv4 address", e.getMessage());
    }

    @Test
    void aServerThatIsSilentOrFailsOrTalksNonsenseIsPassedOver() throws Exception {
        serveAll(_ -> List.of());
        serve(q -> begin(q, 0x8182, 0).flip());
        serve(q -> begin(q, 0x8180, 7).flip());
        serve(q -> addressesOfQuestion(q, 0x0A000005));
        assertEquals(List.of("10.0.0.5"), addresses("www.weir.test"));
        assertEquals(4, asked.size());
    }

    @Test
    void aServerIsAskedTwice() throws Exception {
        serveAll(q -> asked.size() == 1 ? List.of() : List.of(addressesOfQuestion(q, 0x0A000006)));
        assertEquals(List.of("10.0.0.6"), addresses("www.weir.test"));
    }

    @Test
    void whereNobodyServesItIsSaid() throws Exception {
        final DatagramChannel gone = serve(q -> q);
        gone.close();
        final UnknownHostException e = assertThrows(UnknownHostException.class, () -> addresses("www.weir.test"));
        final String message = String.valueOf(e.getMessage());
        assertTrue(message.startsWith("www.weir.test: no name server of ["), message);
    }

    @Test
    void answersToOtherQuestionsAreNotBelieved() throws Exception {
        serveAll(q -> {
            final ByteBuffer wrongNumber = addressesOfQuestion(q, 0x0A666601);
            wrongNumber.putShort(0, (short) (wrongNumber.getShort(0) + 1));
            final ByteBuffer wrongName = addressesOfQuestion(q, 0x0A666602);
            wrongName.put(HEADER + 1, (byte) 'x');
            final ByteBuffer aQuestion = addressesOfQuestion(q, 0x0A666603);
            aQuestion.putShort(2, (short) 0x0100);
            return List.of(wrongNumber, wrongName, aQuestion, addressesOfQuestion(q, 0x0A000007));
        });
        assertEquals(List.of("10.0.0.7"), addresses("www.weir.test"));
        assertEquals(1, asked.size());
    }

    @Test
    void whatDoesNotFitComesOverTcp() throws Exception {
        final DatagramChannel udp = serve(q -> begin(q, 0x8380, 0).flip());
        final ServerSocketChannel tcp = provider.openServerSocketChannel();
        tcp.bind(udp.getLocalAddress());
        Thread.ofVirtual().start(() -> {
            try (Socket socket = tcp.accept().socket()) {
                final DataInputStream input = new DataInputStream(socket.getInputStream());
                final byte[] question = new byte[input.readUnsignedShort()];
                input.readFully(question);
                final ByteBuffer message = addressesOfQuestion(plain(ByteBuffer.wrap(question)), 0x0A000008);
                final byte[] octets = new byte[2 + message.remaining()];
                ByteBuffer.wrap(octets).putShort((short) message.remaining()).put(message);
                socket.getOutputStream().write(octets);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        assertEquals(List.of("10.0.0.8"), addresses("large.weir.test"));
    }

    @Test
    void aServerThatTalksForEverIsGivenUp() throws Exception {
        final DatagramChannel udp = serve(q -> begin(q, 0x8380, 0).flip());
        final ServerSocketChannel tcp = provider.openServerSocketChannel();
        tcp.bind(udp.getLocalAddress());
        Thread.ofVirtual().start(() -> {
            while (true) {
                try (Socket socket = tcp.accept().socket()) {
                    socket.getOutputStream().write(new byte[] {0x7F, 0});
                    while (true) {
                        socket.getOutputStream().write(0);
                        Thread.sleep(50);
                    }
                } catch (ClosedChannelException _) {
                    return;
                } catch (IOException | InterruptedException _) {
                    // The one that was asked has gone.
                }
            }
        });
        assertThrows(UnknownHostException.class, () -> addresses("large.weir.test"));
        tcp.close();
    }

    @Test
    void anAddressHasTheNameThatTheServerTells() throws Exception {
        serve(q -> {
            final ByteBuffer message = begin(q, 0x8180, 1);
            resource(pointer(message, HEADER), 12, 10);
            return label(label(message, "www"), "test").put((byte) 0).flip();
        });
        assertEquals("www.test", resolver().lookupByAddress(new byte[] {10, 0, 0, (byte) 200}));
        assertEquals(List.of("200.0.0.10.in-addr.arpa."), asked);
    }

    @Test
    void aNameThatNoHostMayHaveIsNotPassedOn() throws Exception {
        serve(q -> {
            final ByteBuffer message = begin(q, 0x8180, 1);
            resource(pointer(message, HEADER), 12, 10);
            return label(label(message, "w<w"), "test").put((byte) 0).flip();
        });
        assertThrows(UnknownHostException.class, () -> resolver().lookupByAddress(new byte[] {10, 0, 0, 1}));
    }

    // ---- names that nobody is asked for ----

    @Test
    void theHostsFileComesFirst() throws Exception {
        serve(q -> addressesOfQuestion(q, 0x0A000001));
        assertEquals(List.of("10.1.2.3", "10.1.2.4"), addresses("PRINTER"));
        assertEquals("printer.weir.test", resolver().lookupByAddress(new byte[] {10, 1, 2, 3}));
        assertEquals(List.of(), asked);
    }

    @Test
    void localhostIsNeverAskedFor() throws Exception {
        serve(q -> addressesOfQuestion(q, 0x0A000001));
        Files.delete(hosts);
        assertEquals(List.of("127.0.0.1"), addresses("localhost"));
        assertEquals(List.of("127.0.0.1"), addresses("a.Localhost"));
        assertEquals(List.of(), asked);
    }

    @Test
    void addressesOfIpv6AreNotLookedUp() {
        assertThrows(
                UnknownHostException.class,
                () -> resolver().lookupByName("www.weir.test", LookupPolicy.of(LookupPolicy.IPV6)));
        assertThrows(UnknownHostException.class, () -> resolver().lookupByAddress(new byte[16]));
    }

    @Test
    void whatIsNoNameIsNotAskedFor() throws Exception {
        serve(q -> addressesOfQuestion(q, 0x0A000001));
        for (final String name : List.of("a..b", "x".repeat(64) + ".test", "abcdefghi.".repeat(30) + "test")) {
            assertThrows(UnknownHostException.class, () -> addresses(name));
        }
        assertEquals(List.of(), asked);
    }
}
