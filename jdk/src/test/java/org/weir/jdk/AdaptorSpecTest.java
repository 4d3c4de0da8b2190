package org.weir.jdk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.weir.jdk.World.Task;

/// The sockets that channels can be used as, and options: as the JDK's own do it and as Weir's do.
@ParameterizedClass
@EnumSource
@Timeout(60)
final class AdaptorSpecTest {
    private final World world;

    AdaptorSpecTest(World.Kind kind) {
        world = new World(kind);
    }

    @AfterEach
    void closes() throws Exception {
        world.close();
    }

    private static void assertMessage(String message, org.junit.jupiter.api.function.Executable what) {
        assertEquals(message, assertThrows(SocketException.class, what).getMessage());
    }

    // ---- Socket ----

    @Test
    void aNewSocketIsUnboundAndUnconnected() throws Exception {
        final SocketChannel channel = world.stream();
        final Socket socket = channel.socket();
        assertSame(socket, channel.socket());
        assertSame(channel, socket.getChannel());
        assertFalse(socket.isBound());
        assertFalse(socket.isConnected());
        assertFalse(socket.isClosed());
        assertNull(socket.getInetAddress());
        assertEquals(0, socket.getPort());
        assertEquals(-1, socket.getLocalPort());
        assertTrue(socket.getLocalAddress().isAnyLocalAddress());
        assertNull(socket.getLocalSocketAddress());
        assertNull(socket.getRemoteSocketAddress());
        assertEquals("Socket[unconnected]", socket.toString());
        assertMessage("Socket is not connected", socket::getInputStream);
        assertMessage("Socket is not connected", socket::getOutputStream);
        assertMessage("Socket is not connected", socket::shutdownInput);
    }

    @Test
    void aSocketConnectsAndNamesItsEnds() throws Exception {
        final ServerSocketChannel server = world.server();
        final Socket socket = world.stream().socket();
        socket.bind(World.anyPort());
        assertTrue(socket.isBound());
        assertMessage("Already bound", () -> socket.bind(null));
        socket.connect(server.getLocalAddress(), 5_000);
        assertTrue(socket.isConnected());
        assertEquals(server.getLocalAddress(), socket.getRemoteSocketAddress());
        assertEquals(World.loopback(), socket.getInetAddress());
        assertEquals(World.loopback(), socket.getLocalAddress());
        assertEquals(
                "Socket[addr=/127.0.0.1,port=" + socket.getPort() + ",localport=" + socket.getLocalPort() + "]",
                socket.toString());
        assertMessage("Already connected", () -> socket.connect(server.getLocalAddress()));
        assertThrows(IllegalArgumentException.class, () -> socket.connect(server.getLocalAddress(), -1));
    }

    @Test
    void aSocketThatIsRefusedIsClosed() throws Exception {
        final Socket socket = world.stream().socket();
        final InetSocketAddress dead = world.deadPort();
        final ConnectException refused = assertThrows(ConnectException.class, () -> socket.connect(dead, 5_000));
        assertEquals("Connection refused", refused.getMessage());
        assertTrue(socket.isClosed());
        final Socket named = world.stream().socket();
        assertThrows(
                UnknownHostException.class,
                () -> named.connect(InetSocketAddress.createUnresolved("nowhere.invalid", 1)));
        assertTrue(named.isClosed());
    }

    @Test
    void streamsCarryOctets() throws Exception {
        final World.Pair pair = world.pair();
        final byte[] sent = new byte[500_000];
        new Random(1).nextBytes(sent);
        final Task<Boolean> writer = World.virtual(() -> {
            final OutputStream out = pair.near().socket().getOutputStream();
            out.write(sent[0]);
            out.write(sent, 1, sent.length - 1);
            out.close();
            return true;
        });
        final InputStream in = pair.far().socket().getInputStream();
        assertEquals(sent[0] & 0xFF, in.read());
        while (in.available() == 0) {
            Thread.sleep(1);
        }
        assertEquals(0, in.read(new byte[0]));
        final byte[] rest = in.readAllBytes();
        assertEquals(sent.length - 1, rest.length);
        final byte[] all = new byte[sent.length];
        all[0] = sent[0];
        System.arraycopy(rest, 0, all, 1, rest.length);
        assertArrayEquals(sent, all);
        assertEquals(-1, in.read());
        assertTrue(writer.get());
        assertFalse(pair.near().isOpen());
    }

    @Test
    void readingGivesUpAfterItsTimeout() throws Exception {
        final World.Pair pair = world.pair();
        final Socket socket = pair.near().socket();
        socket.setSoTimeout(50);
        assertEquals(50, socket.getSoTimeout());
        final InputStream in = socket.getInputStream();
        final long start = System.nanoTime();
        final SocketTimeoutException thrown = assertThrows(SocketTimeoutException.class, in::read);
        assertEquals("Read timed out", thrown.getMessage());
        assertTrue(System.nanoTime() - start >= TimeUnit.MILLISECONDS.toNanos(49));
        assertTrue(pair.near().isOpen());
        pair.far().write(World.octets("x"));
        assertEquals('x', in.read());
        assertThrows(IllegalArgumentException.class, () -> socket.setSoTimeout(-1));
    }

    @Test
    void shutDownSocketsSaySo() throws Exception {
        final Socket socket = world.pair().near().socket();
        socket.shutdownInput();
        socket.shutdownOutput();
        assertTrue(socket.isInputShutdown());
        assertTrue(socket.isOutputShutdown());
        assertMessage("Socket input is shutdown", socket::getInputStream);
        assertMessage("Socket output is shutdown", socket::getOutputStream);
        socket.close();
        assertTrue(socket.isClosed());
        assertMessage("Socket is closed", socket::getInputStream);
        assertMessage("Socket is closed", () -> socket.setSoTimeout(1));
        assertMessage("Socket is closed", socket::getTcpNoDelay);
    }

    @Test
    void streamsNeedABlockingChannel() throws Exception {
        final World.Pair pair = world.pair();
        final InputStream in = pair.near().socket().getInputStream();
        final OutputStream out = pair.near().socket().getOutputStream();
        World.nonBlocking(pair.near());
        assertThrows(IllegalBlockingModeException.class, in::read);
        assertThrows(IllegalBlockingModeException.class, () -> out.write(1));
        final SocketChannel unconnected = World.nonBlocking(world.stream());
        assertThrows(
                IllegalBlockingModeException.class, () -> unconnected.socket().connect(World.anyPort()));
        final ServerSocketChannel server = World.nonBlocking(world.server());
        assertThrows(IllegalBlockingModeException.class, () -> server.socket().accept());
        server.socket().setSoTimeout(10);
        assertThrows(IllegalBlockingModeException.class, () -> server.socket().accept());
    }

    // ---- ServerSocket ----

    @Test
    void aServerSocketAccepts() throws Exception {
        final ServerSocketChannel channel = world.unboundServer();
        final ServerSocket server = channel.socket();
        assertSame(server, channel.socket());
        assertSame(channel, server.getChannel());
        assertFalse(server.isBound());
        assertEquals(-1, server.getLocalPort());
        assertNull(server.getInetAddress());
        assertNull(server.getLocalSocketAddress());
        assertEquals("ServerSocket[unbound]", server.toString());
        assertMessage("Socket is not bound yet", server::accept);
        server.bind(World.anyPort());
        assertTrue(server.isBound());
        assertMessage("Already bound", () -> server.bind(World.anyPort()));
        assertEquals(World.loopback(), server.getInetAddress());
        assertEquals(channel.getLocalAddress(), server.getLocalSocketAddress());
        assertEquals("ServerSocket[addr=/127.0.0.1,localport=" + server.getLocalPort() + "]", server.toString());
        final SocketChannel client = world.stream();
        client.connect(channel.getLocalAddress());
        final Socket accepted = world.keep(server.accept());
        assertEquals(client.getLocalAddress(), accepted.getRemoteSocketAddress());
        server.setSoTimeout(30);
        assertEquals(30, server.getSoTimeout());
        assertEquals(
                "Accept timed out",
                assertThrows(SocketTimeoutException.class, server::accept).getMessage());
        assertTrue(channel.isOpen());
        server.close();
        assertTrue(server.isClosed());
        assertMessage("Socket is closed", server::getSoTimeout);
        assertMessage("Socket is closed", server::getReuseAddress);
    }

    // ---- DatagramSocket ----

    @Test
    void aDatagramSocketSendsAndReceives() throws Exception {
        final DatagramSocket near = world.datagram().socket();
        final DatagramSocket far = world.datagram().socket();
        assertTrue(near.isBound());
        assertFalse(near.isConnected());
        assertEquals(-1, near.getPort());
        assertNull(near.getInetAddress());
        final byte[] octets = "hello, world".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        near.send(new DatagramPacket(octets, 0, 5, Objects.requireNonNull(far.getLocalSocketAddress())));
        near.send(new DatagramPacket(octets, 5, 7, Objects.requireNonNull(far.getLocalSocketAddress())));
        final DatagramPacket packet = new DatagramPacket(new byte[100], 1, 10);
        far.receive(packet);
        assertEquals(5, packet.getLength());
        assertEquals(near.getLocalSocketAddress(), packet.getSocketAddress());
        far.receive(packet);
        assertEquals(7, packet.getLength(), "a packet that is used again has its room");
        assertEquals(", world", new String(packet.getData(), 1, 7, java.nio.charset.StandardCharsets.US_ASCII));
        far.setSoTimeout(30);
        assertEquals(
                "Receive timed out",
                assertThrows(SocketTimeoutException.class, () -> far.receive(packet))
                        .getMessage());
        far.close();
        assertTrue(far.isClosed());
        assertNull(far.getLocalSocketAddress());
        assertEquals(-1, far.getLocalPort());
        assertThrows(SocketException.class, () -> far.receive(packet));
    }

    @Test
    void aConnectedDatagramSocketNeedsNoAddress() throws Exception {
        final DatagramSocket near = world.datagram().socket();
        final DatagramSocket far = world.datagram().socket();
        near.connect(Objects.requireNonNull(far.getLocalSocketAddress()));
        assertTrue(near.isConnected());
        assertEquals(far.getLocalSocketAddress(), near.getRemoteSocketAddress());
        assertEquals(far.getLocalPort(), near.getPort());
        near.send(new DatagramPacket(new byte[3], 3));
        final DatagramPacket packet = new DatagramPacket(new byte[10], 10);
        far.receive(packet);
        assertEquals(3, packet.getLength());
        assertThrows(
                IllegalArgumentException.class,
                () -> near.send(new DatagramPacket(new byte[3], 3, new InetSocketAddress(World.loopback(), 9))));
        near.disconnect();
        assertFalse(near.isConnected());
        assertThrows(IllegalArgumentException.class, () -> near.send(new DatagramPacket(new byte[3], 3)));
    }

    // ---- options ----

    @Test
    void theOptionsOfAStreamKeepTheirValues() throws Exception {
        final SocketChannel channel = world.stream();
        assertFalse(channel.getOption(StandardSocketOptions.TCP_NODELAY));
        assertTrue(channel.setOption(StandardSocketOptions.TCP_NODELAY, true)
                .getOption(StandardSocketOptions.TCP_NODELAY));
        assertTrue(channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true)
                .getOption(StandardSocketOptions.SO_KEEPALIVE));
        assertTrue(channel.setOption(StandardSocketOptions.SO_REUSEADDR, true)
                .getOption(StandardSocketOptions.SO_REUSEADDR));
        assertTrue(channel.setOption(StandardSocketOptions.SO_REUSEPORT, true)
                .getOption(StandardSocketOptions.SO_REUSEPORT));
        assertEquals(-1, channel.getOption(StandardSocketOptions.SO_LINGER));
        assertEquals(
                7, channel.setOption(StandardSocketOptions.SO_LINGER, 7).getOption(StandardSocketOptions.SO_LINGER));
        assertEquals(
                -1, channel.setOption(StandardSocketOptions.SO_LINGER, -5).getOption(StandardSocketOptions.SO_LINGER));
        assertEquals(
                0x28, channel.setOption(StandardSocketOptions.IP_TOS, 0x28).getOption(StandardSocketOptions.IP_TOS));
        assertTrue(channel.setOption(StandardSocketOptions.SO_SNDBUF, 50_000).getOption(StandardSocketOptions.SO_SNDBUF)
                >= 50_000);
        assertTrue(channel.setOption(StandardSocketOptions.SO_RCVBUF, 50_000).getOption(StandardSocketOptions.SO_RCVBUF)
                >= 50_000);
        assertTrue(
                channel.setOption(StandardSocketOptions.SO_SNDBUF, 0).getOption(StandardSocketOptions.SO_SNDBUF) > 0);
        assertEquals(
                33,
                channel.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 33)
                        .getOption(ExtendedSocketOptions.TCP_KEEPIDLE));
        assertEquals(
                3,
                channel.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, 3)
                        .getOption(ExtendedSocketOptions.TCP_KEEPINTERVAL));
        assertEquals(
                4,
                channel.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, 4)
                        .getOption(ExtendedSocketOptions.TCP_KEEPCOUNT));
        final World.Pair pair = world.pair();
        assertTrue(pair.near()
                .setOption(ExtendedSocketOptions.TCP_QUICKACK, true)
                .getOption(ExtendedSocketOptions.TCP_QUICKACK));
    }

    @Test
    void aPacketIsFilledWhereItSaysAndNoFurther() throws Exception {
        final java.nio.channels.DatagramChannel far = world.datagram();
        final java.nio.channels.DatagramChannel near = world.datagram();
        final byte[] data = new byte[100];
        final DatagramPacket packet = new DatagramPacket(data, 0, 100);
        near.send(World.octets("x".repeat(50)), far.getLocalAddress());
        far.socket().receive(packet);
        assertEquals(50, packet.getLength());
        packet.setData(data, 50, 50);
        near.send(World.octets("y".repeat(80)), far.getLocalAddress());
        far.socket().receive(packet);
        assertEquals(50, packet.getLength());
        assertEquals('y', data[99]);
        packet.setData(data, 0, 50);
        near.send(World.octets("z".repeat(80)), far.getLocalAddress());
        far.socket().receive(packet);
        assertEquals("z".repeat(50) + "y".repeat(50), new String(data, java.nio.charset.StandardCharsets.US_ASCII));
        near.send(World.octets("w"), far.getLocalAddress());
        far.socket().receive(packet);
        near.send(World.octets("v".repeat(20)), far.getLocalAddress());
        far.socket().receive(packet);
        assertEquals(20, packet.getLength());
    }

    @Test
    void aSocketThatCannotConnectAnewIsConnectedNoMore() throws Exception {
        final java.nio.channels.DatagramChannel channel = world.datagram();
        final DatagramSocket socket = channel.socket();
        socket.connect(world.datagram().getLocalAddress());
        assertTrue(socket.isConnected());
        if (world.isWeir()) {
            assertThrows(
                    SocketException.class,
                    () -> socket.connect(new InetSocketAddress(java.net.InetAddress.ofLiteral("192.0.2.1"), 9)));
            assertFalse(socket.isConnected());
            assertEquals(1, channel.send(World.octets("x"), world.datagram().getLocalAddress()));
        }
    }

    @Test
    void everyOptionThatIsSupportedCanBeRead() throws Exception {
        final World.Pair pair = world.pair();
        final ServerSocketChannel server = world.server();
        final java.nio.channels.DatagramChannel datagram = world.datagram();
        if (world.isWeir()) {
            for (final java.net.SocketOption<?> option : pair.near().supportedOptions()) {
                assertInstanceOf(option.type(), pair.near().getOption(option));
            }
            for (final java.net.SocketOption<?> option : server.supportedOptions()) {
                assertInstanceOf(option.type(), server.getOption(option));
            }
            // There is none before one is set.
            datagram.setOption(StandardSocketOptions.IP_MULTICAST_IF, java.net.NetworkInterface.getByName("lo"));
            for (final java.net.SocketOption<?> option : datagram.supportedOptions()) {
                assertInstanceOf(option.type(), datagram.getOption(option));
            }
        }
        assertTrue(server.supportedOptions().contains(StandardSocketOptions.SO_REUSEADDR));
        assertTrue(server.getOption(StandardSocketOptions.SO_REUSEADDR));
    }

    @Test
    void valuesAndOptionsThatAreNotThereAreRefused() throws Exception {
        final SocketChannel channel = world.stream();
        final ServerSocketChannel server = world.server();
        assertThrows(
                UnsupportedOperationException.class, () -> channel.setOption(StandardSocketOptions.SO_BROADCAST, true));
        assertThrows(UnsupportedOperationException.class, () -> server.getOption(StandardSocketOptions.TCP_NODELAY));
        assertThrows(IllegalArgumentException.class, () -> channel.setOption(StandardSocketOptions.SO_SNDBUF, -1));
        assertThrows(IllegalArgumentException.class, () -> channel.setOption(StandardSocketOptions.IP_TOS, 256));
        assertThrows(SocketException.class, () -> channel.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 0));
        channel.close();
        assertThrows(IOException.class, () -> channel.setOption(StandardSocketOptions.TCP_NODELAY, true));
    }

    @Test
    void theOptionsOfASocketAreThoseOfItsChannel() throws Exception {
        final SocketChannel channel = world.stream();
        final Socket socket = channel.socket();
        socket.setTcpNoDelay(true);
        assertTrue(channel.getOption(StandardSocketOptions.TCP_NODELAY));
        assertTrue(socket.getTcpNoDelay());
        socket.setKeepAlive(true);
        assertTrue(socket.getKeepAlive());
        socket.setReuseAddress(true);
        assertTrue(socket.getReuseAddress());
        socket.setSoLinger(true, 5);
        assertEquals(5, socket.getSoLinger());
        socket.setSoLinger(false, 5);
        assertEquals(-1, socket.getSoLinger());
        socket.setTrafficClass(8);
        assertEquals(8, socket.getTrafficClass());
        socket.setSendBufferSize(40_000);
        assertTrue(socket.getSendBufferSize() >= 40_000);
        socket.setReceiveBufferSize(40_000);
        assertTrue(socket.getReceiveBufferSize() >= 40_000);
        assertThrows(IllegalArgumentException.class, () -> socket.setReceiveBufferSize(0));
        assertFalse(socket.getOOBInline());
        assertEquals(channel.supportedOptions(), socket.supportedOptions());
    }
}
