package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.weir.memory.OctetSource;
import org.weir.stack.Errno;
import org.weir.stack.ErrorReport;
import org.weir.stack.SocketAddress;
import org.weir.stack.SocketOptions;
import org.weir.stack.Sockets;
import org.weir.wire.IcmpHeader;
import org.weir.wire.IpAddress;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;

/// Raw sockets and those for ICMP echo, by the BSD-like interface: raw(7), icmp(7).
class RawSocketsTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int EXPERIMENTAL = 253;
    private static final int IPPROTO_RAW = 255;

    private final SimulatedNetwork network = new SimulatedNetwork(SimulatedNetwork.Plan.perfect());
    private final Sockets client = network.client().stack().sockets();
    private final Sockets server = network.server().stack().sockets();
    private final SocketAddress far = new SocketAddress(network.server().address(), 0);
    private final MemorySegment buffer = MemorySegment.ofArray(new byte[70_000]);
    private final SocketAddress sender = new SocketAddress();

    @AfterEach
    void nothingLeaks() {
        network.run(100 * SECOND);
        network.assertNoLeaks();
        network.close();
    }

    private static int raw(Sockets sockets, int protocol) {
        final int socket = sockets.socket(Sockets.AF_INET, Sockets.SOCK_RAW, protocol);
        assertTrue(socket >= 0, Errno.name(socket));
        return socket;
    }

    private static int echo(Sockets sockets) {
        return sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM, IpProtocol.ICMP);
    }

    private int octet(int at) {
        return buffer.get(ValueLayout.JAVA_BYTE, at) & 0xFF;
    }

    private MemorySegment echoRequest(int octets) {
        final MemorySegment request = MemorySegment.ofArray(new byte[IcmpHeader.LENGTH + octets]);
        new IcmpHeader().at(request, 0).type(IcmpHeader.ECHO).sequenceNumber(5);
        return request;
    }

    @Test
    void aPacketOfAnyProtocolGoesFromSocketToSocket() {
        final int near = raw(client, EXPERIMENTAL);
        final int there = raw(server, EXPERIMENTAL);
        buffer.asSlice(0, 100).fill((byte) 7);
        assertEquals(100, client.sendTo(near, buffer, 0, 100, far));
        assertEquals(Sockets.POLLOUT, server.ready(there));
        network.run(SECOND);
        assertEquals(Sockets.POLLOUT | Sockets.POLLIN, server.ready(there));
        assertEquals(120, server.available(there));
        assertEquals(120, server.receiveFrom(there, buffer, 0, 1_000, 0, sender));
        assertEquals(network.client().address().low(), sender.low());
        assertEquals(0x45, octet(0), "with its IP header");
        assertEquals(EXPERIMENTAL, octet(9));
        assertEquals(7, octet(119));
        assertEquals(-Errno.EAGAIN, server.receive(there, buffer, 0, 1_000, 0));
        assertEquals(0, client.close(near));
        assertEquals(0, server.close(there));
    }

    @Test
    void aConnectedOneSendsToItsPeerAndHearsNobodyElse() {
        final int near = raw(client, EXPERIMENTAL);
        assertEquals(-Errno.EDESTADDRREQ, client.send(near, buffer, 0, 1));
        assertEquals(-Errno.ENOTCONN, client.remoteAddress(near, sender));
        assertEquals(0, client.connect(near, far));
        assertEquals(0, client.remoteAddress(near, sender));
        assertEquals(far.low(), sender.low());
        final int there = raw(server, EXPERIMENTAL);
        assertEquals(3, client.send(near, (from, target, offset, length) -> {}, 3));
        network.run(SECOND);
        assertEquals(23, server.receive(there, buffer, 0, 100, 0));
        assertEquals(0, server.connect(there, new SocketAddress(IpAddress.parse("127.0.0.1"), 0)));
        assertEquals(3, client.send(near, buffer, 0, 3));
        network.run(SECOND);
        assertEquals(-Errno.EAGAIN, server.receive(there, buffer, 0, 100, 0));
        assertEquals(0, client.disconnect(near));
        assertEquals(-Errno.EDESTADDRREQ, client.send(near, buffer, 0, 1));
        assertEquals(0, client.close(near));
        assertEquals(0, server.close(there));
    }

    @Test
    void theUserMayWriteTheIpHeader() {
        final int near = raw(client, IPPROTO_RAW);
        assertEquals(1, client.option(near, SocketOptions.IPPROTO_IP, SocketOptions.IP_HDRINCL), "that is its use");
        final int there = raw(server, EXPERIMENTAL);
        final OctetSource packet = new HandmadePacket();
        assertEquals(30, client.sendTo(near, packet, 30, far));
        assertEquals(-Errno.EINVAL, client.sendTo(near, packet, 19, far), "no whole header");
        network.run(SECOND);
        assertEquals(30, server.receive(there, buffer, 0, 100, 0));
        assertEquals(9, octet(8), "the time to live that it wrote");
        assertEquals(0, client.setOption(near, SocketOptions.IPPROTO_IP, SocketOptions.IP_HDRINCL, 0));
        assertEquals(0, client.option(near, SocketOptions.IPPROTO_IP, SocketOptions.IP_HDRINCL));
        assertEquals(0, client.close(near));
        assertEquals(0, server.close(there));
    }

    /// A packet in pieces, with a header of its own.
    private final class HandmadePacket implements OctetSource {
        private final MemorySegment octets = MemorySegment.ofArray(new byte[30]);

        private HandmadePacket() {
            new Ipv4Header()
                    .at(octets, 0)
                    .begin(Ipv4Header.LENGTH)
                    .timeToLive(9)
                    .protocol(EXPERIMENTAL)
                    .destination(IpAddress.ipv4(far.low()));
        }

        @Override
        public void get(int from, MemorySegment target, long offset, int length) {
            MemorySegment.copy(octets, from, target, offset, length);
        }
    }

    @Test
    void oneThatSendsAnythingHearsNothing() {
        final int there = raw(server, IPPROTO_RAW);
        final int near = raw(client, IPPROTO_RAW);
        assertEquals(0, client.setOption(near, SocketOptions.IPPROTO_IP, SocketOptions.IP_HDRINCL, 0));
        assertEquals(9, client.sendTo(near, buffer, 0, 9, far));
        network.run(SECOND);
        assertEquals(-Errno.EAGAIN, server.receive(there, buffer, 0, 100, 0));
        assertEquals(0, client.close(near));
        assertEquals(0, server.close(there));
    }

    @Test
    void whatGoesToAGroupGoesNoFurtherThanTheLink() {
        final int near = raw(client, EXPERIMENTAL);
        final int there = raw(server, EXPERIMENTAL);
        assertEquals(1, client.option(near, SocketOptions.IPPROTO_IP, SocketOptions.IP_MULTICAST_TTL));
        final SocketAddress all = new SocketAddress(IpAddress.parse("224.0.0.1"), 0);
        assertEquals(9, client.sendTo(near, buffer, 0, 9, all));
        network.run(SECOND);
        assertEquals(29, server.receive(there, buffer, 0, 100, 0));
        assertEquals(1, octet(8));
        assertEquals(0, client.setOption(near, SocketOptions.IPPROTO_IP, SocketOptions.IP_MULTICAST_TTL, 7));
        assertEquals(9, client.sendTo(near, buffer, 0, 9, all));
        network.run(SECOND);
        assertEquals(29, server.receive(there, buffer, 0, 100, 0));
        assertEquals(7, octet(8));
        assertEquals(-Errno.EINVAL, client.sendTo(near, buffer, 0, 9, new SocketAddress(IpAddress.ANY, 0)));
        assertEquals(0, client.close(near));
        assertEquals(0, server.close(there));
    }

    @Test
    void aSocketThatFoundNoRoomIsWritableWhenThereIsRoomForAsMuch() {
        final int near = raw(client, EXPERIMENTAL);
        assertEquals(0, client.setOption(near, SocketOptions.SOL_SOCKET, SocketOptions.SO_SNDBUF, 65_535));
        assertEquals(9, client.sendTo(near, buffer, 0, 9, far));
        network.run(SECOND);
        int sent = 60_000;
        int packets = 0;
        while (sent == 60_000 && packets < 1_000) {
            sent = client.sendTo(near, buffer, 0, 60_000, far);
            packets++;
        }
        assertEquals(-Errno.EAGAIN, sent);
        assertEquals(0, client.ready(near) & Sockets.POLLOUT);
        network.run(SECOND);
        assertEquals(Sockets.POLLOUT, client.ready(near));
        assertEquals(60_000, client.sendTo(near, buffer, 0, 60_000, far));
        assertEquals(0, client.close(near));
    }

    @Test
    void anEchoSocketPings() {
        final int near = echo(client);
        assertEquals(12, client.sendTo(near, echoRequest(4), 0, 12, far));
        network.run(SECOND);
        assertEquals(12, client.receiveFrom(near, buffer, 0, 100, 0, sender));
        assertEquals(far.low(), sender.low());
        final IcmpHeader reply = new IcmpHeader().at(buffer, 0);
        assertEquals(IcmpHeader.ECHO_REPLY, reply.type());
        assertEquals(5, reply.sequenceNumber());
        final SocketAddress name = new SocketAddress();
        assertEquals(0, client.localAddress(near, name));
        assertEquals(name.port(), reply.identifier(), "the port of its name");
        assertNotEquals(0, name.port());
        assertEquals(-Errno.EINVAL, client.bind(near, new SocketAddress(IpAddress.ANY, 77)), "it has a name");
        assertEquals(-Errno.EINVAL, client.sendTo(near, buffer, 0, 12, far), "a reply is no request");
        assertEquals(0, client.close(near));
    }

    @Test
    void anIdentifierIsTakenOnce() {
        final int first = echo(client);
        final int second = echo(client);
        final SocketAddress name = new SocketAddress(IpAddress.ANY, 77);
        assertEquals(0, client.bind(first, name));
        assertEquals(-Errno.EADDRINUSE, client.bind(second, name));
        assertEquals(
                -Errno.EADDRNOTAVAIL,
                client.bind(second, new SocketAddress(network.server().address(), 78)));
        assertEquals(0, client.close(first));
        assertEquals(0, client.bind(second, name));
        assertEquals(0, client.close(second));
    }

    @Test
    void errorsAboutEchoRequestsAreTold() {
        final int near = echo(client);
        final int bystander = echo(client);
        for (final int each : new int[] {near, bystander}) {
            assertEquals(0, client.setOption(each, SocketOptions.IPPROTO_IP, SocketOptions.IP_RECVERR, 1));
        }
        final IpAddress silent = IpAddress.ofIpv4(IpAddress.ipv4(far.low()) ^ 0x40);
        assertEquals(12, client.sendTo(near, echoRequest(4), 0, 12, new SocketAddress(silent, 0)));
        network.run(10 * SECOND);
        assertEquals(-Errno.EHOSTUNREACH, client.receive(near, buffer, 0, 100, 0));
        final ErrorReport report = new ErrorReport();
        assertEquals(4, client.receiveError(near, report, buffer, 0, 100), "what was behind the ICMP header");
        assertEquals(silent.low(), report.destination().low());
        assertEquals(ErrorReport.LOCAL, report.origin());
        assertEquals(-Errno.EAGAIN, client.receiveError(bystander, report, buffer, 0, 100));
        assertEquals(0, client.close(near));
        assertEquals(0, client.close(bystander));
    }

    @Test
    void aConnectedRawSocketIsToldOfErrorsWithoutAsking() {
        final int near = raw(client, EXPERIMENTAL);
        assertEquals(0, client.connect(near, far));
        assertEquals(30, client.send(near, buffer, 0, 30));
        network.run(SECOND);
        assertEquals(-Errno.ENOPROTOOPT, client.receive(near, buffer, 0, 100, 0), "nobody there knows the protocol");
        assertEquals(-Errno.EAGAIN, client.receive(near, buffer, 0, 100, 0));
        assertEquals(0, client.close(near));
    }

    @Test
    void optionsAreKeptOrRefused() {
        final int socket = raw(client, IpProtocol.ICMP);
        final int[][] options = {
            {SocketOptions.SOL_SOCKET, SocketOptions.SO_BROADCAST, 1},
            {SocketOptions.SOL_SOCKET, SocketOptions.SO_SNDBUF, 4_000},
            {SocketOptions.SOL_SOCKET, SocketOptions.SO_RCVBUF, 5_000},
            {SocketOptions.IPPROTO_IP, SocketOptions.IP_TTL, 9},
            {SocketOptions.IPPROTO_IP, SocketOptions.IP_TOS, 0xB8},
            {SocketOptions.IPPROTO_IP, SocketOptions.IP_RECVERR, 1},
            {SocketOptions.IPPROTO_IP, SocketOptions.IP_HDRINCL, 1},
        };
        for (final int[] option : options) {
            assertEquals(0, client.setOption(socket, option[0], option[1], option[2]));
            assertEquals(option[2], client.option(socket, option[0], option[1]));
        }
        assertEquals(Sockets.SOCK_RAW, client.option(socket, SocketOptions.SOL_SOCKET, SocketOptions.SO_TYPE));
        assertEquals(0, client.setOption(socket, SocketOptions.SOL_RAW, SocketOptions.ICMP_FILTER, 1));
        assertEquals(-Errno.EINVAL, client.setOption(socket, SocketOptions.IPPROTO_IP, SocketOptions.IP_TTL, 0));
        assertEquals(-Errno.EINVAL, client.setOption(socket, SocketOptions.SOL_SOCKET, SocketOptions.SO_RCVBUF, 0));
        assertEquals(-Errno.ENOPROTOOPT, client.setOption(socket, SocketOptions.IPPROTO_TCP, 1, 1));
        assertEquals(-Errno.ENOPROTOOPT, client.setOption(socket, SocketOptions.SOL_SOCKET, 9, 1));
        assertEquals(0, client.setOption(socket, SocketOptions.IPPROTO_IP, SocketOptions.IP_HDRINCL, 0));
        assertEquals(-Errno.EMSGSIZE, client.sendTo(socket, buffer, 0, 4_001, far), "beyond SO_SNDBUF");
        assertEquals(0, client.close(socket));
        final int echo = echo(client);
        assertEquals(-Errno.ENOPROTOOPT, client.setOption(echo, SocketOptions.IPPROTO_IP, SocketOptions.IP_HDRINCL, 1));
        assertEquals(-Errno.ENOPROTOOPT, client.setOption(echo, SocketOptions.SOL_RAW, SocketOptions.ICMP_FILTER, 1));
        assertEquals(0, client.close(echo));
    }

    @Test
    void theIcmpFilterHidesTypes() {
        final int all = raw(client, IpProtocol.ICMP);
        final int filtered = raw(client, IpProtocol.ICMP);
        assertEquals(
                0,
                client.setOption(
                        filtered, SocketOptions.SOL_RAW, SocketOptions.ICMP_FILTER, 1 << IcmpHeader.ECHO_REPLY));
        final int ping = echo(client);
        assertEquals(12, client.sendTo(ping, echoRequest(4), 0, 12, far));
        network.run(SECOND);
        assertEquals(32, client.receive(all, buffer, 0, 100, 0));
        assertEquals(-Errno.EAGAIN, client.receive(filtered, buffer, 0, 100, 0));
        assertEquals(0, client.close(all));
        assertEquals(0, client.close(filtered));
        assertEquals(0, client.close(ping));
    }

    @Test
    void protocolsThatAreNoneAreRefused() {
        assertEquals(-Errno.EPROTONOSUPPORT, client.socket(Sockets.AF_INET, Sockets.SOCK_RAW, 0));
        assertEquals(-Errno.EPROTONOSUPPORT, client.socket(Sockets.AF_INET, Sockets.SOCK_RAW, 256));
        assertEquals(-Errno.EPROTONOSUPPORT, client.socket(Sockets.AF_INET, Sockets.SOCK_STREAM, 17));
        assertEquals(-Errno.EPROTONOSUPPORT, client.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM, 6));
        final int raw = raw(client, 1);
        assertEquals(-Errno.EOPNOTSUPP, client.listen(raw, 1));
        assertEquals(-Errno.EOPNOTSUPP, client.groups().join(raw, IpAddress.parse("239.1.1.1"), 0));
        assertEquals(0, client.close(raw));
    }

    @Test
    void socketsRunOutAndComeBack() {
        final int[] sockets = new int[network.client().stack().config().rawEndpoints()];
        for (int i = 0; i < sockets.length; i++) {
            sockets[i] = raw(client, 1);
        }
        assertEquals(-Errno.ENOBUFS, client.socket(Sockets.AF_INET, Sockets.SOCK_RAW, 1));
        for (final int each : sockets) {
            assertEquals(0, client.close(each));
        }
        assertEquals(0, client.open());
    }
}
