package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weir.testkit.TcpScenario.seconds;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.weir.ip.Netif;
import org.weir.ip.PacketChecksum;
import org.weir.link.DropReason;
import org.weir.link.Framing;
import org.weir.link.LinkCapabilities;
import org.weir.link.PairLink;
import org.weir.memory.Pbuf;
import org.weir.stack.Errno;
import org.weir.stack.SocketAddress;
import org.weir.stack.SocketGroups;
import org.weir.stack.SocketOptions;
import org.weir.stack.Sockets;
import org.weir.wire.Checksum;
import org.weir.wire.EtherType;
import org.weir.wire.EthernetHeader;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;
import org.weir.wire.MacAddress;
import org.weir.wire.TcpHeader;
import org.weir.wire.UdpHeader;

/// Groups and broadcasts as datagram sockets hear and send them: RFC 1112, RFC 3376 section 3, RFC 3678 section 3, and
/// what Linux does where these say nothing.
class MulticastTest {
    private static final int PORT = 5_000;
    private static final IpAddress GROUP = IpAddress.parse("239.129.1.1");
    private static final IpAddress OTHER_GROUP = IpAddress.parse("239.129.1.2");
    private static final IpAddress PEER = IpAddress.ofIpv4(FramePeer.PEER_ADDRESS);
    private static final IpAddress STRANGER = IpAddress.parse("192.0.2.9");
    private static final IpAddress OWN = IpAddress.ofIpv4(FramePeer.STACK_ADDRESS);
    private static final IpAddress BROADCAST = IpAddress.parse("192.0.2.255");
    private static final IpAddress EVERYBODY = IpAddress.parse("255.255.255.255");
    private static final int LOOPBACK = 1;
    private static final int ETH0 = 2;

    private final FramePeer wire = new FramePeer();
    private final Sockets sockets = wire.stack().sockets();
    private final SocketGroups groups = sockets.groups();
    private final Netif eth0 = wire.stack().ipv4().interfaces().get(1);
    private final MemorySegment buffer = MemorySegment.ofArray(new byte[10_000]);
    private final List<Integer> opened = new ArrayList<>();

    @AfterEach
    void nothingLeaks() {
        opened.forEach(sockets::close);
        wire.after(seconds(1_000));
        wire.stack().pool().assertNoLeaks();
        wire.close();
    }

    private int socket() {
        final int socket = sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
        assertTrue(socket >= 0);
        opened.add(socket);
        return socket;
    }

    /// A socket that shares the port with others.
    private int bound(IpAddress address) {
        final int socket = socket();
        set(socket, SocketOptions.SOL_SOCKET, SocketOptions.SO_REUSEADDR, 1);
        assertEquals(0, sockets.bind(socket, new SocketAddress(address, PORT)));
        return socket;
    }

    private int member() {
        final int socket = bound(IpAddress.ANY);
        assertEquals(0, groups.join(socket, GROUP, ETH0));
        quiet();
        return socket;
    }

    private void set(int socket, int level, int name, int value) {
        assertEquals(0, sockets.setOption(socket, level, name, value));
        assertEquals(value, sockets.option(socket, level, name));
    }

    /// Lets reports pass.
    private void quiet() {
        wire.after(seconds(20));
        wire.frames().clear();
    }

    private void arrives(IpAddress source, IpAddress destination, int octets) {
        final Pbuf p = wire.buffer(UdpHeader.LENGTH + octets);
        p.segment().asSlice(p.offset(), p.length()).fill((byte) 5);
        new UdpHeader()
                .at(p.segment(), p.offset())
                .sourcePort(1_234)
                .destinationPort(PORT)
                .length(UdpHeader.LENGTH + octets)
                .checksum(0);
        wire.sendIpv4(p, IpProtocol.UDP, source.ipv4(), destination.ipv4());
    }

    private int receive(int socket) {
        return sockets.receive(socket, buffer, 0, 10_000, 0);
    }

    private void hears(int socket, int octets) {
        assertEquals(octets, receive(socket));
    }

    private void hearsNothing(int socket) {
        assertEquals(-Errno.EAGAIN, receive(socket));
    }

    private int send(int socket, IpAddress destination, int octets) {
        return sockets.sendTo(socket, buffer, 0, octets, new SocketAddress(destination, PORT));
    }

    private long drops(DropReason reason) {
        return wire.stack().drops().of(reason);
    }

    /// The oldest frame on the wire.
    private MemorySegment sentFrame() {
        wire.settle();
        final byte[] frame = wire.frames().poll();
        assertNotNull(frame);
        return MemorySegment.ofArray(frame);
    }

    private static Ipv4Header ipOf(MemorySegment frame) {
        return new Ipv4Header().at(frame, EthernetHeader.LENGTH);
    }

    // ---- hearing ----

    @Test
    void aGroupIsHeardByWhoHasJoinedItAndByNobodyElse() {
        final int member = member();
        final int other = bound(IpAddress.ANY);
        arrives(PEER, GROUP, 10);
        hears(member, 10);
        hearsNothing(other);
        arrives(PEER, OTHER_GROUP, 10);
        hearsNothing(member);
        assertEquals(1, drops(DropReason.IPV4_OTHER_GROUP));
    }

    @Test
    void eachMemberHearsADatagramOnce() {
        final int[] members = {member(), member(), member()};
        arrives(PEER, GROUP, 1_000);
        for (final int member : members) {
            hears(member, 1_000);
            hearsNothing(member);
        }
    }

    @Test
    void whoHasLeftHearsNothingMore() {
        final int member = member();
        final int left = member();
        assertEquals(0, groups.leave(left, GROUP, ETH0));
        arrives(PEER, GROUP, 10);
        hears(member, 10);
        hearsNothing(left);
        assertEquals(0, groups.leave(member, GROUP, ETH0));
        arrives(PEER, GROUP, 10);
        hearsNothing(member);
        assertEquals(1, drops(DropReason.IPV4_OTHER_GROUP));
    }

    @Rfc("3376 M22")
    @Test
    void eachSocketHasAFilterOfItsOwn() {
        final int all = member();
        final int some = bound(IpAddress.ANY);
        final int butOne = member();
        assertEquals(0, groups.joinSource(some, GROUP, ETH0, STRANGER));
        assertEquals(0, groups.blockSource(butOne, GROUP, ETH0, STRANGER));
        arrives(PEER, GROUP, 1);
        hears(all, 1);
        hearsNothing(some);
        hears(butOne, 1);
        arrives(STRANGER, GROUP, 2);
        hears(all, 2);
        hears(some, 2);
        hearsNothing(butOne);
        assertEquals(0, groups.unblockSource(butOne, GROUP, ETH0, STRANGER));
        assertEquals(0, groups.leaveSource(some, GROUP, ETH0, STRANGER));
        assertEquals(-Errno.EADDRNOTAVAIL, groups.leave(some, GROUP, ETH0), "the last source was the membership");
        arrives(STRANGER, GROUP, 3);
        hearsNothing(some);
        hears(butOne, 3);
        hears(all, 3);
    }

    @Test
    void whoComesBackHearsWhatItHadBlocked() {
        final int socket = member();
        groups.blockSource(socket, GROUP, ETH0, PEER);
        groups.leave(socket, GROUP, ETH0);
        groups.join(socket, GROUP, ETH0);
        arrives(PEER, GROUP, 1);
        hears(socket, 1);
    }

    @Test
    void aSourceThatNoSocketHearsIsDroppedAtTheInterface() {
        final int some = bound(IpAddress.ANY);
        groups.joinSource(some, GROUP, ETH0, STRANGER);
        arrives(PEER, GROUP, 1);
        assertEquals(1, drops(DropReason.IPV4_OTHER_GROUP));
        assertEquals(0, drops(DropReason.UDP_NO_ENDPOINT));
    }

    @Test
    void boundToAGroupASocketHearsThatGroupAlone() {
        final int socket = bound(GROUP);
        groups.join(socket, GROUP, ETH0);
        groups.join(socket, OTHER_GROUP, ETH0);
        arrives(PEER, OTHER_GROUP, 1);
        arrives(PEER, OWN, 2);
        arrives(PEER, GROUP, 3);
        hears(socket, 3);
        hearsNothing(socket);
        quiet();
        assertEquals(1, send(socket, PEER, 1));
        wire.settle();
        assertEquals(FramePeer.STACK_ADDRESS, ipOf(sentFrame()).source(), "a group is no source");
    }

    @Test
    void aGroupIsJoinedOnOneInterface() {
        final int socket = bound(IpAddress.ANY);
        assertEquals(0, groups.join(socket, GROUP, LOOPBACK));
        arrives(PEER, GROUP, 1);
        hearsNothing(socket);
        assertEquals(-Errno.EADDRNOTAVAIL, groups.leave(socket, GROUP, ETH0));
        assertEquals(0, groups.leave(socket, GROUP, LOOPBACK));
    }

    @Test
    void aGroupToNobodysPortIsAnsweredByNoError() {
        final int member = socket();
        sockets.bind(member, new SocketAddress(IpAddress.ANY, PORT + 1));
        groups.join(member, GROUP, ETH0);
        quiet();
        arrives(PEER, GROUP, 1);
        assertNull(wire.frames().poll());
        assertEquals(1, drops(DropReason.UDP_NO_ENDPOINT));
    }

    @Test
    void aSynToAGroupIsNotAnswered() {
        member();
        final int listener = sockets.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
        sockets.bind(listener, new SocketAddress(IpAddress.ANY, PORT));
        sockets.listen(listener, 1);
        final Pbuf p = wire.buffer(TcpHeader.LENGTH);
        final TcpHeader syn = new TcpHeader().at(p.segment(), p.offset());
        syn.sourcePort(1)
                .destinationPort(PORT)
                .sequenceNumber(1)
                .acknowledgmentNumber(0)
                .headerLength(TcpHeader.LENGTH)
                .flags(TcpHeader.SYN)
                .window(1_000)
                .checksum(0)
                .urgentPointer(0);
        final int pseudo =
                Checksum.pseudoHeader(FramePeer.PEER_ADDRESS, GROUP.ipv4(), IpProtocol.TCP, TcpHeader.LENGTH);
        syn.checksum(Checksum.complement(Checksum.append(pseudo, PacketChecksum.sum(p, 0), false)));
        wire.sendIpv4(p, IpProtocol.TCP, FramePeer.PEER_ADDRESS, GROUP.ipv4());
        assertEquals(0, wire.frames().size());
        sockets.close(listener);
    }

    @Test
    void copiesForAFullQueueAreDroppedForThatSocketAlone() {
        final int slow = member();
        final int quick = member();
        set(slow, SocketOptions.SOL_SOCKET, SocketOptions.SO_RCVBUF, 100);
        arrives(PEER, GROUP, 100);
        arrives(PEER, GROUP, 100);
        hears(slow, 100);
        hearsNothing(slow);
        hears(quick, 100);
        hears(quick, 100);
        assertEquals(1, drops(DropReason.UDP_QUEUE_FULL));
    }

    // ---- sending ----

    @Test
    void aDatagramToAGroupGoesToItsHardwareAddressWithATimeToLiveOfOne() {
        final int socket = socket();
        assertEquals(4, send(socket, GROUP, 4));
        final MemorySegment frame = sentFrame();
        assertEquals(
                MacAddress.parse("01:00:5e:01:01:01"),
                new EthernetHeader().at(frame, 0).destination());
        assertEquals(1, ipOf(frame).timeToLive());
        assertEquals(GROUP.ipv4(), ipOf(frame).destination());
        assertEquals(FramePeer.STACK_ADDRESS, ipOf(frame).source());
        assertEquals(0, wire.frames().size());
    }

    @Test
    void theTimeToLiveOfGroupsIsAnOptionOfItsOwn() {
        final int socket = socket();
        set(socket, SocketOptions.IPPROTO_IP, SocketOptions.IP_MULTICAST_TTL, 7);
        set(socket, SocketOptions.IPPROTO_IP, SocketOptions.IP_TTL, 9);
        send(socket, GROUP, 1);
        assertEquals(7, ipOf(sentFrame()).timeToLive());
        send(socket, PEER, 1);
        assertEquals(9, ipOf(sentFrame()).timeToLive());
        assertEquals(0, sockets.setOption(socket, SocketOptions.IPPROTO_IP, SocketOptions.IP_MULTICAST_TTL, -1));
        assertEquals(1, sockets.option(socket, SocketOptions.IPPROTO_IP, SocketOptions.IP_MULTICAST_TTL));
        for (final int wrong : new int[] {-2, 256}) {
            assertEquals(
                    -Errno.EINVAL,
                    sockets.setOption(socket, SocketOptions.IPPROTO_IP, SocketOptions.IP_MULTICAST_TTL, wrong));
        }
    }

    @Test
    void membersOfThisHostHearWhatItSendsUnlessTheSenderSaysNo() {
        final int member = member();
        final int another = member();
        final int sender = socket();
        assertEquals(1_000, send(sender, OTHER_GROUP, 1_000));
        assertEquals(1_000, send(sender, GROUP, 1_000));
        assertTrue(wire.stack().nextDeadlineNs() <= wire.nowNs(), "the next poll has work");
        wire.settle();
        hears(member, 1_000);
        hears(another, 1_000);
        hearsNothing(member);
        assertEquals(2, wire.frames().size());
        set(sender, SocketOptions.IPPROTO_IP, SocketOptions.IP_MULTICAST_LOOP, 0);
        send(sender, GROUP, 10);
        wire.settle();
        hearsNothing(member);
        assertEquals(3, wire.frames().size());
    }

    @Test
    void aTimeToLiveOfZeroStaysInThisHost() {
        final int member = member();
        final int sender = socket();
        set(sender, SocketOptions.IPPROTO_IP, SocketOptions.IP_MULTICAST_TTL, 0);
        send(sender, GROUP, 10);
        wire.settle();
        hears(member, 10);
        set(sender, SocketOptions.IPPROTO_IP, SocketOptions.IP_MULTICAST_LOOP, 0);
        assertEquals(10, send(sender, GROUP, 10));
        wire.settle();
        hearsNothing(member);
        assertEquals(0, wire.frames().size());
    }

    @Test
    void whatIsCutIntoDatagramsIsHeardHereAsDatagrams() {
        final int member = member();
        final int sender = socket();
        set(sender, SocketOptions.IPPROTO_UDP, SocketOptions.UDP_SEGMENT, 1_000);
        assertEquals(2_500, send(sender, GROUP, 2_500));
        wire.settle();
        hears(member, 1_000);
        hears(member, 1_000);
        hears(member, 500);
        assertEquals(3, wire.frames().size());
        wire.frames().clear();
    }

    @Test
    void onlySoManyOwnDatagramsWait() {
        final int member = member();
        final int sender = socket();
        for (int i = 0; i < 65; i++) {
            assertEquals(1, send(sender, GROUP, 1));
        }
        assertEquals(1, drops(DropReason.OWN_COPY_QUEUE_FULL));
        wire.settle();
        for (int i = 0; i < 64; i++) {
            hears(member, 1);
        }
        hearsNothing(member);
        assertEquals(65, wire.frames().size());
    }

    @Test
    void theInterfaceForGroupsCanBeChosen() {
        final int member = bound(IpAddress.ANY);
        groups.join(member, GROUP, LOOPBACK);
        final int sender = socket();
        set(sender, SocketOptions.IPPROTO_IP, SocketOptions.IP_MULTICAST_IF, LOOPBACK);
        assertEquals(10, send(sender, GROUP, 10));
        wire.settle();
        hears(member, 10);
        hearsNothing(member);
        assertEquals(0, wire.frames().size());
        set(sender, SocketOptions.IPPROTO_IP, SocketOptions.IP_MULTICAST_IF, ETH0);
        send(sender, GROUP, 10);
        wire.settle();
        hearsNothing(member);
        assertEquals(1, wire.frames().size());
        set(sender, SocketOptions.IPPROTO_IP, SocketOptions.IP_MULTICAST_IF, 0);
        assertEquals(
                -Errno.EADDRNOTAVAIL,
                sockets.setOption(sender, SocketOptions.IPPROTO_IP, SocketOptions.IP_MULTICAST_IF, 3));
    }

    @Test
    void anInterfaceIsFoundByNameAndByNumber() {
        assertSame(eth0, wire.stack().ipv4().interfaceNamed("eth0"));
        assertSame(eth0, wire.stack().ipv4().interfaceAt(ETH0));
        assertEquals(ETH0, eth0.index());
        assertNull(wire.stack().ipv4().interfaceNamed("eth1"));
        assertNull(wire.stack().ipv4().interfaceAt(0));
        assertNull(wire.stack().ipv4().interfaceAt(3));
    }

    @Test
    void onALinkWithoutHardwareAddressesGroupsAreSentAndReportedToo() {
        final PairLink near =
                new PairLink(new LinkCapabilities(Framing.IP, 0, 1_500, false, 0, false, Integer.MAX_VALUE), 16);
        final PairLink far =
                new PairLink(new LinkCapabilities(Framing.IP, 0, 1_500, false, 0, false, Integer.MAX_VALUE), 16);
        near.connectTo(far);
        far.attach(wire.stack().pool(), wire.stack().drops());
        final Netif netif = wire.stack().addInterface("tun0", near);
        final int tun = netif.index();
        wire.stack().addAddress(netif, IpPrefix.parse("198.51.100.1/24"));
        final int member = bound(IpAddress.ANY);
        assertEquals(0, groups.join(member, GROUP, tun));
        set(member, SocketOptions.IPPROTO_IP, SocketOptions.IP_MULTICAST_IF, tun);
        send(member, GROUP, 10);
        wire.stack().poll(wire.nowNs());
        final List<Integer> protocols = new ArrayList<>();
        far.receive(
                p -> {
                    protocols.add(new Ipv4Header().at(p.segment(), p.offset()).protocol());
                    p.release();
                },
                16,
                wire.nowNs());
        assertEquals(List.of(IpProtocol.IGMP, IpProtocol.UDP), protocols);
        hears(member, 10);
        sockets.close(member);
        opened.clear();
        wire.after(seconds(10));
        near.close();
        far.close();
    }

    // ---- broadcasts ----

    @Test
    void aBroadcastIsHeardByEachSocketOnThePort() {
        final int first = bound(IpAddress.ANY);
        final int second = bound(IpAddress.ANY);
        final int unicast = bound(OWN);
        final int broadcast = bound(BROADCAST);
        arrives(PEER, BROADCAST, 10);
        hears(first, 10);
        hears(second, 10);
        hearsNothing(unicast);
        hears(broadcast, 10);
        arrives(PEER, EVERYBODY, 20);
        hears(first, 20);
        hears(second, 20);
        hearsNothing(broadcast);
    }

    @Test
    void sendingToAllNeedsPermission() {
        final int sender = socket();
        final SocketAddress all = new SocketAddress(BROADCAST, PORT);
        assertEquals(-Errno.EACCES, send(sender, BROADCAST, 1));
        assertEquals(-Errno.EACCES, send(sender, EVERYBODY, 1));
        assertEquals(-Errno.EACCES, sockets.connect(sender, all));
        set(sender, SocketOptions.SOL_SOCKET, SocketOptions.SO_BROADCAST, 1);
        for (final IpAddress to : List.of(BROADCAST, EVERYBODY)) {
            assertEquals(1, send(sender, to, 1));
            final MemorySegment frame = sentFrame();
            assertEquals(MacAddress.BROADCAST, new EthernetHeader().at(frame, 0).destination());
            assertEquals(to.ipv4(), ipOf(frame).destination());
            assertEquals(64, ipOf(frame).timeToLive());
        }
        assertEquals(0, sockets.connect(sender, all));
    }

    @Test
    void thisHostHearsItsOwnBroadcastsToo() {
        final int listener = bound(IpAddress.ANY);
        final int sender = socket();
        set(sender, SocketOptions.SOL_SOCKET, SocketOptions.SO_BROADCAST, 1);
        send(sender, BROADCAST, 10);
        wire.settle();
        hears(listener, 10);
        wire.frames().clear();
    }

    // ---- ports ----

    @Test
    void aPortIsSharedIfAllAgree() {
        final int first = bound(IpAddress.ANY);
        final int stranger = socket();
        assertEquals(-Errno.EADDRINUSE, sockets.bind(stranger, new SocketAddress(IpAddress.ANY, PORT)));
        set(stranger, SocketOptions.SOL_SOCKET, SocketOptions.SO_REUSEPORT, 1);
        assertEquals(-Errno.EADDRINUSE, sockets.bind(stranger, new SocketAddress(OWN, PORT)), "the other way");
        final int last = bound(IpAddress.ANY);
        arrives(PEER, OWN, 10);
        hearsNothing(first);
        hears(last, 10);
    }

    @Test
    void aPortThatIsSharedToSpreadSendersGivesEachSenderOneSocket() {
        final int[] all = new int[4];
        for (int i = 0; i < all.length; i++) {
            all[i] = socket();
            set(all[i], SocketOptions.SOL_SOCKET, SocketOptions.SO_REUSEPORT, 1);
            assertEquals(0, sockets.bind(all[i], new SocketAddress(IpAddress.ANY, PORT)));
        }
        final int[] heard = new int[all.length];
        for (int sender = 3; sender < 103; sender++) {
            final IpAddress source = IpAddress.ofIpv4(0xC000_0200 + sender);
            arrives(source, OWN, 1);
            arrives(source, OWN, 1);
            for (int i = 0; i < all.length; i++) {
                if (receive(all[i]) == 1) {
                    heard[i]++;
                    hears(all[i], 1);
                }
            }
        }
        int sum = 0;
        for (final int count : heard) {
            assertTrue(count > 5, "one of " + all.length + " has heard " + count + " of 100 senders");
            sum += count;
        }
        assertEquals(100, sum);
    }

    // ---- options of datagrams ----

    @Test
    void theTypeOfServiceOfDatagramsIsWhatWasSet() {
        final int sender = socket();
        set(sender, SocketOptions.IPPROTO_IP, SocketOptions.IP_TOS, 0xB8);
        send(sender, PEER, 1);
        assertEquals(0xB8, ipOf(sentFrame()).typeOfService());
        set(sender, SocketOptions.IPPROTO_UDP, SocketOptions.UDP_SEGMENT, 100);
        send(sender, PEER, 200);
        assertEquals(0xB8, ipOf(sentFrame()).typeOfService());
        assertEquals(0xB8, ipOf(sentFrame()).typeOfService());
    }

    @Test
    void oneCallSendsNoMoreThanTheSendBuffer() {
        final int sender = socket();
        set(sender, SocketOptions.SOL_SOCKET, SocketOptions.SO_SNDBUF, 100);
        assertEquals(100, send(sender, PEER, 100));
        assertEquals(-Errno.EMSGSIZE, send(sender, PEER, 101));
        assertEquals(-Errno.EINVAL, sockets.setOption(sender, SocketOptions.SOL_SOCKET, SocketOptions.SO_SNDBUF, 0));
        wire.settle();
        assertEquals(1, wire.frames().size());
    }

    @Test
    void aFreshSocketHasTheDefaults() {
        final int used = socket();
        for (final int name :
                new int[] {SocketOptions.SO_REUSEADDR, SocketOptions.SO_REUSEPORT, SocketOptions.SO_BROADCAST}) {
            set(used, SocketOptions.SOL_SOCKET, name, 1);
        }
        set(used, SocketOptions.SOL_SOCKET, SocketOptions.SO_SNDBUF, 1);
        set(used, SocketOptions.IPPROTO_IP, SocketOptions.IP_TOS, 4);
        set(used, SocketOptions.IPPROTO_IP, SocketOptions.IP_MULTICAST_IF, ETH0);
        set(used, SocketOptions.IPPROTO_IP, SocketOptions.IP_MULTICAST_TTL, 3);
        set(used, SocketOptions.IPPROTO_IP, SocketOptions.IP_MULTICAST_LOOP, 0);
        assertEquals(0, sockets.close(used));
        opened.clear();
        final int fresh = socket();
        assertNotEquals(used, fresh);
        assertEquals(0, sockets.option(fresh, SocketOptions.SOL_SOCKET, SocketOptions.SO_REUSEADDR));
        assertEquals(0, sockets.option(fresh, SocketOptions.SOL_SOCKET, SocketOptions.SO_REUSEPORT));
        assertEquals(0, sockets.option(fresh, SocketOptions.SOL_SOCKET, SocketOptions.SO_BROADCAST));
        assertEquals(65_507, sockets.option(fresh, SocketOptions.SOL_SOCKET, SocketOptions.SO_SNDBUF));
        assertEquals(0, sockets.option(fresh, SocketOptions.IPPROTO_IP, SocketOptions.IP_TOS));
        assertEquals(0, sockets.option(fresh, SocketOptions.IPPROTO_IP, SocketOptions.IP_MULTICAST_IF));
        assertEquals(1, sockets.option(fresh, SocketOptions.IPPROTO_IP, SocketOptions.IP_MULTICAST_TTL));
        assertEquals(1, sockets.option(fresh, SocketOptions.IPPROTO_IP, SocketOptions.IP_MULTICAST_LOOP));
    }

    // ---- refusals ----

    @Test
    void whatCannotBeJoinedIsRefusedWithItsReason() {
        final int socket = socket();
        assertEquals(-Errno.EBADF, groups.join(-1, GROUP, ETH0));
        final int stream = sockets.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
        assertEquals(-Errno.EOPNOTSUPP, groups.join(stream, GROUP, ETH0));
        sockets.close(stream);
        assertEquals(-Errno.ENODEV, groups.join(socket, GROUP, 3));
        assertEquals(-Errno.EINVAL, groups.join(socket, PEER, ETH0));
        assertEquals(-Errno.EINVAL, groups.leave(socket, PEER, ETH0));
        assertEquals(-Errno.EINVAL, groups.joinSource(socket, PEER, ETH0, STRANGER));
        assertEquals(-Errno.EINVAL, groups.leaveSource(socket, PEER, ETH0, STRANGER));
        assertEquals(-Errno.EINVAL, groups.blockSource(socket, PEER, ETH0, STRANGER));
        assertEquals(-Errno.EINVAL, groups.unblockSource(socket, PEER, ETH0, STRANGER));
        assertEquals(-Errno.EADDRNOTAVAIL, groups.leave(socket, GROUP, ETH0));
        assertEquals(-Errno.EADDRNOTAVAIL, groups.leaveSource(socket, GROUP, ETH0, STRANGER));
        assertEquals(-Errno.EADDRNOTAVAIL, groups.blockSource(socket, GROUP, ETH0, STRANGER));
        assertEquals(-Errno.EADDRNOTAVAIL, groups.unblockSource(socket, GROUP, ETH0, STRANGER));
    }

    @Test
    void whatWasAskedForBeforeIsRefused() {
        final int all = socket();
        final int some = socket();
        assertEquals(0, groups.join(all, GROUP, 0));
        assertEquals(-Errno.EADDRINUSE, groups.join(all, GROUP, ETH0), "the routes lead there too");
        assertEquals(-Errno.EINVAL, groups.joinSource(all, GROUP, ETH0, STRANGER));
        assertEquals(0, groups.blockSource(all, GROUP, ETH0, STRANGER));
        assertEquals(-Errno.EADDRNOTAVAIL, groups.blockSource(all, GROUP, ETH0, STRANGER));
        assertEquals(-Errno.EADDRNOTAVAIL, groups.unblockSource(all, GROUP, ETH0, PEER));
        assertEquals(-Errno.EINVAL, groups.leaveSource(all, GROUP, ETH0, STRANGER));
        assertEquals(0, groups.joinSource(some, GROUP, ETH0, STRANGER));
        assertEquals(-Errno.EADDRNOTAVAIL, groups.joinSource(some, GROUP, ETH0, STRANGER));
        assertEquals(-Errno.EADDRNOTAVAIL, groups.leaveSource(some, GROUP, ETH0, PEER));
        assertEquals(-Errno.EINVAL, groups.blockSource(some, GROUP, ETH0, PEER));
        assertEquals(-Errno.EADDRINUSE, groups.join(some, GROUP, ETH0));
        assertEquals(0, groups.leave(some, GROUP, ETH0), "however it was joined");
        quiet();
    }

    @Test
    void thereAreOnlySoManyMembershipsAndSources() {
        final int socket = socket();
        final int count = wire.stack().config().memberships();
        for (int i = 0; i < count; i++) {
            assertEquals(0, groups.join(socket, IpAddress.ofIpv4(GROUP.ipv4() + i), ETH0));
        }
        assertEquals(-Errno.ENOBUFS, groups.join(socket, IpAddress.ofIpv4(GROUP.ipv4() + count), ETH0));
        for (int i = 0; i < 16; i++) {
            assertEquals(0, groups.blockSource(socket, GROUP, ETH0, IpAddress.ofIpv4(STRANGER.ipv4() + i)));
        }
        assertEquals(-Errno.ENOBUFS, groups.blockSource(socket, GROUP, ETH0, IpAddress.ofIpv4(STRANGER.ipv4() + 16)));
        assertEquals(0, groups.leave(socket, GROUP, ETH0));
        assertEquals(0, groups.join(socket, IpAddress.parse("239.9.9.9"), ETH0));
        assertEquals(-Errno.ENOBUFS, groups.joinSource(socket, IpAddress.parse("239.9.9.8"), ETH0, STRANGER));
        quiet();
    }

    @Test
    void anInterfaceThatIsDownHearsNothingOfItself() {
        final int member = member();
        final int sender = socket();
        send(sender, GROUP, 1);
        eth0.up(false);
        send(sender, GROUP, 1);
        eth0.up(true);
        wire.settle();
        hearsNothing(member);
        assertEquals(1, drops(DropReason.INTERFACE_DOWN));
    }

    @Test
    void framesToAGroupComeInByItsHardwareAddress() {
        final int member = member();
        final Pbuf p = wire.buffer(UdpHeader.LENGTH + 1);
        new UdpHeader()
                .at(p.segment(), p.offset())
                .sourcePort(1)
                .destinationPort(PORT)
                .length(UdpHeader.LENGTH + 1)
                .checksum(0);
        new Ipv4Header()
                .at(p.segment(), p.prepend(Ipv4Header.LENGTH))
                .begin(Ipv4Header.LENGTH)
                .typeOfService(0)
                .totalLength(p.totalLength())
                .identification(1)
                .flagsAndFragmentOffset(0)
                .timeToLive(1)
                .protocol(IpProtocol.UDP)
                .source(FramePeer.PEER_ADDRESS)
                .destination(GROUP.ipv4())
                .sealChecksum();
        wire.sendEthernet(p, MacAddress.ofGroup(GROUP.ipv4()), EtherType.IPV4);
        hears(member, 1);
    }
}
