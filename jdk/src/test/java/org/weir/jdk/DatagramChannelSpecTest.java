package org.weir.jdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.weir.jdk.World.Task;

/// `DatagramChannel`, as the JDK's own does it and as Weir's does.
@ParameterizedClass
@EnumSource
@Timeout(60)
final class DatagramChannelSpecTest {
    private final World world;

    DatagramChannelSpecTest(World.Kind kind) {
        world = new World(kind);
    }

    @AfterEach
    void closes() throws Exception {
        world.close();
    }

    private static SocketAddress receive(DatagramChannel channel, ByteBuffer target) throws Exception {
        SocketAddress sender = channel.receive(target);
        while (sender == null) {
            Thread.sleep(1);
            sender = channel.receive(target);
        }
        return sender;
    }

    @Test
    void datagramsKeepTheirBordersAndTellTheirSender() throws Exception {
        final DatagramChannel near = world.datagram();
        final DatagramChannel far = world.datagram();
        assertEquals(5, near.send(World.octets("first"), far.getLocalAddress()));
        assertEquals(0, near.send(ByteBuffer.allocate(0), far.getLocalAddress()));
        assertEquals(
                6,
                near.send(
                        ByteBuffer.allocateDirect(6).put(World.octets("second")).flip(), far.getLocalAddress()));
        final ByteBuffer buffer = ByteBuffer.allocate(100);
        assertEquals(near.getLocalAddress(), far.receive(buffer));
        assertEquals("first", World.text(buffer));
        assertEquals(near.getLocalAddress(), far.receive(buffer));
        assertEquals("first", World.text(buffer));
        final ByteBuffer direct = ByteBuffer.allocateDirect(4);
        assertEquals(near.getLocalAddress(), far.receive(direct));
        assertEquals("seco", World.text(direct), "what does not fit is dropped");
        World.nonBlocking(far);
        assertNull(far.receive(buffer));
    }

    @Test
    void sendersAreToldApart() throws Exception {
        final DatagramChannel far = world.datagram();
        final DatagramChannel[] senders = {world.datagram(), world.datagram()};
        for (int i = 0; i < 6; i++) {
            senders[i % 2].send(World.octets("x"), far.getLocalAddress());
            assertEquals(senders[i % 2].getLocalAddress(), far.receive(ByteBuffer.allocate(9)));
        }
        for (int i = 0; i < 4; i++) {
            final DatagramChannel target = senders[i % 2];
            far.send(World.octets("y"), target.getLocalAddress());
            assertEquals(far.getLocalAddress(), target.receive(ByteBuffer.allocate(9)));
        }
    }

    @Test
    void whoSendsOrReceivesIsBoundByThat() throws Exception {
        final DatagramChannel far = world.datagram();
        final DatagramChannel sender = world.unboundDatagram();
        assertNull(sender.getLocalAddress());
        sender.send(World.octets("x"), far.getLocalAddress());
        final int port = ((InetSocketAddress) sender.getLocalAddress()).getPort();
        assertTrue(port > 0);
        assertEquals(new InetSocketAddress(World.loopback(), port), far.receive(ByteBuffer.allocate(1)));
        assertThrows(AlreadyBoundException.class, () -> sender.bind(null));
        final DatagramChannel receiver = World.nonBlocking(world.unboundDatagram());
        assertNull(receiver.receive(ByteBuffer.allocate(1)));
        assertTrue(((InetSocketAddress) receiver.getLocalAddress()).getPort() > 0);
    }

    @Test
    void readingAndWritingNeedAPeer() throws Exception {
        final DatagramChannel channel = world.datagram();
        final ByteBuffer buffer = ByteBuffer.allocate(1);
        assertFalse(channel.isConnected());
        assertNull(channel.getRemoteAddress());
        assertThrows(NotYetConnectedException.class, () -> channel.read(buffer));
        assertThrows(NotYetConnectedException.class, () -> channel.write(buffer));
        assertThrows(NotYetConnectedException.class, () -> channel.read(new ByteBuffer[] {buffer}));
        assertThrows(NotYetConnectedException.class, () -> channel.write(new ByteBuffer[] {buffer}));
        assertThrows(
                IllegalArgumentException.class,
                () -> channel.receive(ByteBuffer.allocate(1).asReadOnlyBuffer()));
    }

    @Test
    void aConnectedChannelHearsItsPeerAlone() throws Exception {
        final DatagramChannel near = world.datagram();
        final DatagramChannel far = world.datagram();
        final DatagramChannel stranger = world.datagram();
        stranger.send(World.octets("before"), near.getLocalAddress());
        Thread.sleep(50);
        near.connect(far.getLocalAddress());
        assertTrue(near.isConnected());
        assertEquals(far.getLocalAddress(), near.getRemoteAddress());
        assertThrows(AlreadyConnectedException.class, () -> near.connect(far.getLocalAddress()));
        assertThrows(AlreadyConnectedException.class, () -> near.send(World.octets("x"), stranger.getLocalAddress()));
        assertEquals(1, near.send(World.octets("x"), far.getLocalAddress()));
        assertEquals(2, near.write(new ByteBuffer[] {World.octets("y"), World.octets("z")}));
        assertEquals(1, near.write(World.octets("w")));
        stranger.send(World.octets("after"), near.getLocalAddress());
        far.send(World.octets("hello"), near.getLocalAddress());
        final ByteBuffer[] parts = {ByteBuffer.allocate(2), ByteBuffer.allocateDirect(9)};
        assertEquals(5, near.read(parts));
        assertEquals("he", World.text(parts[0]));
        assertEquals("llo", World.text(parts[1]));
        World.nonBlocking(near);
        assertEquals(0, near.read(ByteBuffer.allocate(9)));
        final ByteBuffer gathered = ByteBuffer.allocate(9);
        far.receive(gathered);
        far.receive(gathered);
        far.receive(gathered);
        assertEquals("xyzw", World.text(gathered));
    }

    @Test
    void aDisconnectedChannelHearsEverybodyAgain() throws Exception {
        final DatagramChannel near = world.datagram();
        final DatagramChannel far = world.datagram();
        final DatagramChannel stranger = world.datagram();
        final SocketAddress own = near.getLocalAddress();
        near.disconnect();
        near.connect(far.getLocalAddress()).disconnect().disconnect();
        assertFalse(near.isConnected());
        assertNull(near.getRemoteAddress());
        assertEquals(own, near.getLocalAddress());
        stranger.send(World.octets("hi"), own);
        assertEquals(stranger.getLocalAddress(), near.receive(ByteBuffer.allocate(9)));
        near.connect(stranger.getLocalAddress());
        assertEquals(stranger.getLocalAddress(), near.getRemoteAddress());
        near.close();
        near.disconnect();
    }

    @Test
    void aClosedPortIsReportedToWhoIsConnectedToIt() throws Exception {
        final DatagramChannel gone = world.datagram();
        final InetSocketAddress address = (InetSocketAddress) gone.getLocalAddress();
        gone.close();
        final DatagramChannel near = world.unboundDatagram();
        near.connect(address);
        near.write(World.octets("x"));
        assertThrows(PortUnreachableException.class, () -> near.read(ByteBuffer.allocate(1)));
        assertTrue(near.isOpen());
    }

    @Test
    void addressesOfOtherKindsAreRefused() throws Exception {
        final DatagramChannel channel = world.unboundDatagram();
        final ByteBuffer octet = World.octets("x");
        assertThrows(
                UnresolvedAddressException.class,
                () -> channel.send(octet, InetSocketAddress.createUnresolved("nowhere.invalid", 1)));
        assertThrows(
                UnresolvedAddressException.class,
                () -> channel.connect(InetSocketAddress.createUnresolved("nowhere.invalid", 1)));
        assertThrows(
                UnsupportedAddressTypeException.class,
                () -> channel.send(octet, new InetSocketAddress(World.ipv6Loopback(), 9)));
        assertThrows(
                UnsupportedAddressTypeException.class,
                () -> channel.connect(new InetSocketAddress(World.ipv6Loopback(), 9)));
        assertThrows(
                UnsupportedAddressTypeException.class,
                () -> channel.bind(new InetSocketAddress(World.ipv6Loopback(), 9)));
        assertTrue(channel.isOpen());
    }

    @Test
    void aDatagramThatIsTooLongIsRefused() throws Exception {
        final DatagramChannel near = world.datagram();
        final DatagramChannel far = world.datagram();
        final SocketException thrown = assertThrows(
                SocketException.class, () -> near.send(ByteBuffer.allocate(70_000), far.getLocalAddress()));
        assertEquals("Message too long", thrown.getMessage());
        assertEquals(30_000, near.send(ByteBuffer.allocate(30_000), far.getLocalAddress()));
        final ByteBuffer buffer = ByteBuffer.allocate(70_000);
        far.receive(buffer);
        assertEquals(30_000, buffer.position());
    }

    @Test
    void aClosedChannelRefusesAll() throws Exception {
        final DatagramChannel channel = world.datagram();
        final ByteBuffer buffer = ByteBuffer.allocate(1);
        channel.close();
        assertThrows(ClosedChannelException.class, () -> channel.receive(buffer));
        assertThrows(ClosedChannelException.class, () -> channel.send(buffer, World.anyPort()));
        assertThrows(ClosedChannelException.class, () -> channel.read(buffer));
        assertThrows(ClosedChannelException.class, () -> channel.write(buffer));
        assertThrows(ClosedChannelException.class, () -> channel.bind(null));
        assertThrows(ClosedChannelException.class, channel::getLocalAddress);
        assertThrows(ClosedChannelException.class, channel::getRemoteAddress);
    }

    @Test
    void aBlockedReceiverIsWokenByADatagram() throws Exception {
        final DatagramChannel near = world.datagram();
        final DatagramChannel far = world.datagram();
        for (int i = 0; i < 50; i++) {
            final Task<SocketAddress> receiver = i % 2 == 0
                    ? World.virtual(() -> far.receive(ByteBuffer.allocate(9)))
                    : World.platform(() -> far.receive(ByteBuffer.allocate(9)));
            if (i < 2) {
                World.letWait(receiver);
            }
            near.send(World.octets("x"), far.getLocalAddress());
            assertEquals(near.getLocalAddress(), receiver.get());
        }
    }

    @Test
    void aBlockedReceiverIsToldOfACloseAndOfAnInterrupt() throws Exception {
        final DatagramChannel closed = world.datagram();
        final Task<SocketAddress> first = World.platform(() -> closed.receive(ByteBuffer.allocate(1)));
        World.letWait(first);
        closed.close();
        assertEquals(AsynchronousCloseException.class, first.failure().getClass());
        final DatagramChannel interrupted = world.datagram();
        final Task<SocketAddress> second = World.virtual(() -> interrupted.receive(ByteBuffer.allocate(1)));
        World.letWait(second);
        second.thread.interrupt();
        assertEquals(ClosedByInterruptException.class, second.failure().getClass());
        assertFalse(interrupted.isOpen());
    }

    @Test
    void aDatagramIsSelected() throws Exception {
        final Selector selector = world.selector();
        final DatagramChannel near = world.datagram();
        final DatagramChannel far = World.nonBlocking(world.datagram());
        final SelectionKey key = far.register(selector, SelectionKey.OP_READ);
        assertEquals(0, selector.selectNow());
        near.send(World.octets("x"), far.getLocalAddress());
        assertEquals(1, selector.select());
        assertTrue(key.isReadable());
        selector.selectedKeys().clear();
        receive(far, ByteBuffer.allocate(1));
        assertEquals(0, selector.selectNow());
        key.interestOps(SelectionKey.OP_WRITE);
        assertEquals(1, selector.select());
        assertTrue(key.isWritable());
        assertThrows(IllegalArgumentException.class, () -> key.interestOps(SelectionKey.OP_CONNECT));
    }

    @Test
    void optionsAreThereOrRefused() throws Exception {
        final DatagramChannel channel = world.datagram();
        assertTrue(channel.setOption(StandardSocketOptions.SO_RCVBUF, 50_000).getOption(StandardSocketOptions.SO_RCVBUF)
                >= 50_000);
        assertThrows(
                UnsupportedOperationException.class, () -> channel.setOption(StandardSocketOptions.TCP_NODELAY, true));
        assertThrows(UnsupportedOperationException.class, () -> channel.getOption(StandardSocketOptions.TCP_NODELAY));
    }
}
