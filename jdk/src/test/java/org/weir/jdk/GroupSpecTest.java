package org.weir.jdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Groups and what belongs to them, as the JDK's own channels do it and as Weir's do, on the loopback.
@ParameterizedClass
@EnumSource
@Timeout(60)
final class GroupSpecTest {
    private static final InetAddress GROUP = InetAddress.ofLiteral("239.1.2.3");
    private static final InetAddress OTHER_GROUP = InetAddress.ofLiteral("239.1.2.4");
    private static final InetAddress STRANGER = InetAddress.ofLiteral("127.0.0.99");

    private final World world;
    private final NetworkInterface loopback;

    GroupSpecTest(World.Kind kind) throws SocketException {
        world = new World(kind);
        loopback = NetworkInterface.getByName("lo");
    }

    @AfterEach
    void closes() throws Exception {
        world.close();
    }

    private DatagramChannel open() throws IOException {
        return world.keep(world.provider.openDatagramChannel(StandardProtocolFamily.INET));
    }

    /// One that others may share its port with.
    private DatagramChannel member(int port) throws IOException {
        final DatagramChannel channel = open();
        channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        channel.bind(new InetSocketAddress(port));
        return World.nonBlocking(channel);
    }

    private static int port(DatagramChannel channel) throws IOException {
        return ((InetSocketAddress) channel.getLocalAddress()).getPort();
    }

    /// One that sends to groups by the loopback, from 127.0.0.1.
    private DatagramChannel sender() throws IOException {
        final DatagramChannel channel = open();
        channel.setOption(StandardSocketOptions.IP_MULTICAST_IF, loopback);
        return channel.bind(World.anyPort());
    }

    private static void send(DatagramChannel from, InetAddress group, DatagramChannel to) throws IOException {
        from.send(World.octets("to " + group.getHostAddress()), new InetSocketAddress(group, port(to)));
    }

    /// What was sent to it before and not heard yet, or "nothing", which is sent behind it.
    private static String next(DatagramChannel channel, DatagramChannel from) throws Exception {
        from.send(World.octets("nothing"), new InetSocketAddress(World.loopback(), port(channel)));
        final ByteBuffer buffer = ByteBuffer.allocate(100);
        while (channel.receive(buffer) == null) {
            Thread.sleep(1);
        }
        return World.text(buffer);
    }

    @Test
    void aMemberHearsItsGroupAndNoOther() throws Exception {
        final DatagramChannel member = member(0);
        final DatagramChannel sender = sender();
        final MembershipKey key = member.join(GROUP, loopback);
        send(sender, OTHER_GROUP, member);
        send(sender, GROUP, member);
        assertEquals("to 239.1.2.3", next(member, sender));
        assertTrue(key.isValid());
        assertEquals(GROUP, key.group());
        assertEquals(loopback, key.networkInterface());
        assertNull(key.sourceAddress());
        assertSame(member, key.channel());
        assertEquals("<239.1.2.3,lo>", key.toString());
    }

    @Test
    void whoHasDroppedItsMembershipHearsNothing() throws Exception {
        final DatagramChannel member = member(0);
        final DatagramChannel sender = sender();
        final MembershipKey key = member.join(GROUP, loopback);
        key.drop();
        key.drop();
        assertFalse(key.isValid());
        send(sender, GROUP, member);
        assertEquals("nothing", next(member, sender));
        assertThrows(IllegalStateException.class, () -> key.block(STRANGER));
        assertTrue(member.join(GROUP, loopback).isValid());
    }

    @Test
    void everyMemberOnAPortHears() throws Exception {
        final DatagramChannel first = member(0);
        final DatagramChannel second = member(port(first));
        final DatagramChannel sender = sender();
        first.join(GROUP, loopback);
        second.join(GROUP, loopback);
        send(sender, GROUP, first);
        final ByteBuffer buffer = ByteBuffer.allocate(100);
        for (final DatagramChannel each : Set.of(first, second)) {
            buffer.clear();
            while (each.receive(buffer) == null) {
                Thread.sleep(1);
            }
            assertEquals("to 239.1.2.3", World.text(buffer));
        }
    }

    @Test
    void whoJoinsTwiceGetsTheSameKey() throws Exception {
        final DatagramChannel member = member(0);
        assertSame(member.join(GROUP, loopback), member.join(GROUP, loopback));
        assertSame(member.join(OTHER_GROUP, loopback, STRANGER), member.join(OTHER_GROUP, loopback, STRANGER));
    }

    @Test
    void oneKindOfMembershipExcludesTheOther() throws Exception {
        final DatagramChannel member = member(0);
        member.join(GROUP, loopback);
        assertThrows(IllegalStateException.class, () -> member.join(GROUP, loopback, STRANGER));
        member.join(OTHER_GROUP, loopback, STRANGER);
        assertThrows(IllegalStateException.class, () -> member.join(OTHER_GROUP, loopback));
    }

    @Test
    void aMemberForOneSourceHearsThatSource() throws Exception {
        final DatagramChannel member = member(0);
        final DatagramChannel sender = sender();
        final MembershipKey stranger = member.join(GROUP, loopback, STRANGER);
        assertEquals(STRANGER, stranger.sourceAddress());
        send(sender, GROUP, member);
        assertEquals("nothing", next(member, sender));
        final MembershipKey known = member.join(GROUP, loopback, World.loopback());
        assertThrows(IllegalStateException.class, () -> known.block(STRANGER));
        send(sender, GROUP, member);
        assertEquals("to 239.1.2.3", next(member, sender));
    }

    @Test
    void aBlockedSourceIsNotHeardUntilItIsUnblocked() throws Exception {
        final DatagramChannel member = member(0);
        final DatagramChannel sender = sender();
        final MembershipKey key = member.join(GROUP, loopback);
        assertSame(key, key.block(World.loopback()));
        assertSame(key, key.block(World.loopback()));
        send(sender, GROUP, member);
        assertEquals("nothing", next(member, sender));
        assertSame(key, key.unblock(World.loopback()));
        assertThrows(IllegalStateException.class, () -> key.unblock(World.loopback()));
        send(sender, GROUP, member);
        assertEquals("to 239.1.2.3", next(member, sender));
    }

    @Test
    void closingEndsMemberships() throws Exception {
        final DatagramChannel member = member(0);
        final MembershipKey key = member.join(GROUP, loopback);
        member.close();
        assertFalse(key.isValid());
        key.drop();
        assertThrows(ClosedChannelException.class, () -> member.join(GROUP, loopback));
    }

    @Test
    void whatIsNoGroupOrNoSourceIsRefused() throws Exception {
        final DatagramChannel member = member(0);
        final InetAddress any = InetAddress.ofLiteral("0.0.0.0");
        final InetAddress group6 = InetAddress.ofLiteral("ff02::1:2");
        assertThrows(IllegalArgumentException.class, () -> member.join(STRANGER, loopback));
        assertThrows(IllegalArgumentException.class, () -> member.join(group6, loopback));
        assertThrows(IllegalArgumentException.class, () -> member.join(GROUP, loopback, any));
        assertThrows(IllegalArgumentException.class, () -> member.join(GROUP, loopback, OTHER_GROUP));
        final MembershipKey key = member.join(GROUP, loopback);
        assertThrows(IllegalArgumentException.class, () -> key.block(any));
        assertThrows(IllegalArgumentException.class, () -> key.block(OTHER_GROUP));
    }

    @Test
    void optionsAreWhatWasSet() throws Exception {
        final DatagramChannel channel = open();
        assertNull(channel.getOption(StandardSocketOptions.IP_MULTICAST_IF));
        channel.setOption(StandardSocketOptions.IP_MULTICAST_IF, loopback);
        assertEquals(loopback, channel.getOption(StandardSocketOptions.IP_MULTICAST_IF));
        assertEquals(1, channel.getOption(StandardSocketOptions.IP_MULTICAST_TTL));
        channel.setOption(StandardSocketOptions.IP_MULTICAST_TTL, 7);
        assertEquals(7, channel.getOption(StandardSocketOptions.IP_MULTICAST_TTL));
        assertTrue(channel.getOption(StandardSocketOptions.IP_MULTICAST_LOOP));
        channel.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, false);
        assertFalse(channel.getOption(StandardSocketOptions.IP_MULTICAST_LOOP));
        assertFalse(channel.getOption(StandardSocketOptions.SO_BROADCAST));
        channel.setOption(StandardSocketOptions.SO_BROADCAST, true);
        assertTrue(channel.getOption(StandardSocketOptions.SO_BROADCAST));
        assertFalse(channel.getOption(StandardSocketOptions.SO_REUSEADDR));
        channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        assertTrue(channel.getOption(StandardSocketOptions.SO_REUSEADDR));
        channel.setOption(StandardSocketOptions.IP_TOS, 0x20);
        assertEquals(0x20, channel.getOption(StandardSocketOptions.IP_TOS));
        for (final int wrong : new int[] {-1, 256}) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> channel.setOption(StandardSocketOptions.IP_MULTICAST_TTL, wrong));
        }
    }

    @Test
    void sendingToAllNeedsAPermission() throws Exception {
        final DatagramChannel channel = open();
        final InetSocketAddress all = new InetSocketAddress(InetAddress.ofLiteral("127.255.255.255"), 9);
        final SocketException e = assertThrows(SocketException.class, () -> channel.send(World.octets("x"), all));
        assertEquals("Permission denied", e.getMessage());
        channel.setOption(StandardSocketOptions.SO_BROADCAST, true);
        assertEquals(1, channel.send(World.octets("x"), all));
    }

    @Test
    void aPortIsSharedByThoseAloneWhoAgree() throws Exception {
        final DatagramChannel first = member(0);
        final DatagramChannel second = open();
        assertThrows(SocketException.class, () -> second.bind(new InetSocketAddress(port(first))));
    }

    // ---- the adaptor ----

    @Test
    void aSocketJoinsAndLeaves() throws Exception {
        final DatagramChannel member = member(0);
        final DatagramSocket socket = member.socket();
        final DatagramChannel sender = sender();
        final InetSocketAddress group = new InetSocketAddress(GROUP, 0);
        socket.joinGroup(group, loopback);
        assertThrows(SocketException.class, () -> socket.joinGroup(group, loopback));
        send(sender, GROUP, member);
        assertEquals("to 239.1.2.3", next(member, sender));
        assertEquals("nothing", next(member, sender));
        socket.leaveGroup(group, loopback);
        assertThrows(SocketException.class, () -> socket.leaveGroup(group, loopback));
        assertThrows(SocketException.class, () -> socket.joinGroup(new InetSocketAddress(STRANGER, 0), loopback));
        socket.close();
        assertThrows(SocketException.class, () -> socket.joinGroup(group, loopback));
    }
}
