package org.weir.testkit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.weir.testkit.TcpScenario.seconds;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weir.ip.ErrorQueue;
import org.weir.ip.ErrorRecords;
import org.weir.ip.PacketChecksum;
import org.weir.link.DropReason;
import org.weir.link.LinkCapabilities;
import org.weir.memory.Pbuf;
import org.weir.stack.Errno;
import org.weir.stack.ErrorReport;
import org.weir.stack.SocketAddress;
import org.weir.stack.SocketOptions;
import org.weir.stack.Sockets;
import org.weir.stack.StackConfig;
import org.weir.wire.Checksum;
import org.weir.wire.IcmpHeader;
import org.weir.wire.IpAddress;
import org.weir.wire.IpProtocol;
import org.weir.wire.UdpHeader;

/// What was reported about datagrams, read one by one: `IP_RECVERR` and `MSG_ERRQUEUE`.
class ErrorQueueTest {
    private static final int ROUTER = 0xC000_0209;

    private final FramePeer wire = new FramePeer(
            StackConfig.defaults(), LinkCapabilities.plainEthernet(FramePeer.STACK_MAC, 1_500), 1, seconds(1));
    private final Sockets sockets = wire.stack().sockets();
    private final MemorySegment memory = MemorySegment.ofArray(new byte[2_000]);
    private final ErrorReport report = new ErrorReport();
    private final SocketAddress peer = new SocketAddress(IpAddress.ofIpv4(FramePeer.PEER_ADDRESS), 9);
    private final int socket = sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);

    @AfterEach
    void nothingLeaks() {
        sockets.close(socket);
        wire.after(seconds(1_000));
        wire.stack().pool().assertNoLeaks();
        wire.close();
    }

    private void asksForErrors() {
        assertEquals(0, sockets.setOption(socket, SocketOptions.IPPROTO_IP, SocketOptions.IP_RECVERR, 1));
    }

    private void sends(String text, SocketAddress to) {
        final MemorySegment octets = MemorySegment.ofArray(text.getBytes(US_ASCII));
        assertEquals(text.length(), sockets.sendTo(socket, octets, 0, text.length(), to));
        wire.settle();
    }

    /// The last IP packet that the stack has sent, from its IP header on.
    private byte[] lastPacket() {
        byte[] last = new byte[0];
        for (byte[] frame = wire.frames().poll();
                frame != null;
                frame = wire.frames().poll()) {
            if (frame[12] == 8 && frame[13] == 0) {
                last = Arrays.copyOfRange(frame, 14, frame.length);
            }
        }
        return last;
    }

    /// An ICMP error about what was sent last, from a router.
    private void isReported(int type, int code, int restOfHeader) {
        isReported(type, code, restOfHeader, lastPacket());
    }

    private void isReported(int type, int code, int restOfHeader, byte[] quoted) {
        final Pbuf p = wire.buffer(IcmpHeader.LENGTH + quoted.length);
        MemorySegment.copy(
                MemorySegment.ofArray(quoted), 0, p.segment(), p.offset() + IcmpHeader.LENGTH, quoted.length);
        final IcmpHeader icmp = new IcmpHeader()
                .at(p.segment(), p.offset())
                .type(type)
                .code(code)
                .checksum(0)
                .restOfHeader(restOfHeader);
        icmp.checksum(Checksum.complement(PacketChecksum.sum(p, 0)));
        wire.sendIpv4(p, IpProtocol.ICMP, ROUTER, FramePeer.STACK_ADDRESS);
        wire.settle();
    }

    private void portIsUnreachable() {
        isReported(IcmpHeader.DESTINATION_UNREACHABLE, IcmpHeader.PORT_UNREACHABLE, 0);
    }

    private String read() {
        final int octets = sockets.receiveError(socket, report, memory, 0, 2_000);
        return octets < 0
                ? Errno.name(octets)
                : new String(memory.asSlice(0, octets).toArray(ValueLayout.JAVA_BYTE), US_ASCII);
    }

    @Test
    void aSocketThatDoesNotAskIsNotTold() {
        sends("hello", peer);
        portIsUnreachable();
        assertEquals("EAGAIN", read());
        assertEquals(Sockets.POLLOUT, sockets.ready(socket));
    }

    @Test
    void anUnconnectedSocketLearnsWhatBecameOfWhichDatagram() {
        asksForErrors();
        sends("hello", peer);
        portIsUnreachable();
        assertEquals(Sockets.POLLOUT | Sockets.POLLERR, sockets.ready(socket));
        assertEquals("hello", read());
        assertEquals(Errno.ECONNREFUSED, report.error());
        assertEquals(ErrorReport.ICMP, report.origin());
        assertEquals(IcmpHeader.DESTINATION_UNREACHABLE, report.type());
        assertEquals(IcmpHeader.PORT_UNREACHABLE, report.code());
        assertEquals("192.0.2.1:9", report.destination().toString());
        assertEquals("192.0.2.9:0", report.reporter().toString());
        assertEquals("EAGAIN", read());
        assertEquals(Sockets.POLLOUT, sockets.ready(socket));
    }

    @Test
    void theErrorIsAlsoThatOfTheNextCallUntilItIsRead() {
        asksForErrors();
        sends("hello", peer);
        portIsUnreachable();
        assertEquals(-Errno.ECONNREFUSED, sockets.receive(socket, memory, 0, 10, 0));
        assertEquals(-Errno.EAGAIN, sockets.receive(socket, memory, 0, 10, 0), "told once");
        assertEquals("hello", read(), "and still there");
        assertEquals(0, sockets.option(socket, SocketOptions.SOL_SOCKET, SocketOptions.SO_ERROR));
    }

    @Test
    void whatArrivesLaterIsReadAlthoughAnErrorWaits() {
        asksForErrors();
        sends("hello", peer);
        portIsUnreachable();
        assertEquals(-Errno.ECONNREFUSED, sockets.receive(socket, memory, 0, 10, 0));
        for (int i = 0; i < 3; i++) {
            answers(4);
            assertEquals(4, sockets.receive(socket, memory, 0, 10, 0), "told once");
            sends("more", peer);
        }
        assertEquals(Sockets.POLLOUT | Sockets.POLLERR, sockets.ready(socket));
    }

    /// The peer sends a datagram to the socket.
    private void answers(int octets) {
        final SocketAddress own = new SocketAddress();
        assertEquals(0, sockets.localAddress(socket, own));
        final Pbuf p = wire.buffer(UdpHeader.LENGTH + octets);
        new UdpHeader()
                .at(p.segment(), p.offset())
                .sourcePort(9)
                .destinationPort(own.port())
                .length(UdpHeader.LENGTH + octets)
                .checksum(0);
        wire.sendIpv4(p, IpProtocol.UDP);
        wire.settle();
    }

    @Test
    void whoAsksNoMoreHasNoErrors() {
        asksForErrors();
        sends("hello", peer);
        portIsUnreachable();
        assertEquals(0, sockets.setOption(socket, SocketOptions.IPPROTO_IP, SocketOptions.IP_RECVERR, 0));
        assertEquals("EAGAIN", read());
        assertEquals(
                Errno.ECONNREFUSED,
                sockets.option(socket, SocketOptions.SOL_SOCKET, SocketOptions.SO_ERROR),
                "the socket's own stays until it is told");
        assertEquals(0, sockets.ready(socket) & Sockets.POLLERR);
    }

    @Test
    void errorsAreReadInOrderAndTheNextBecomesThatOfTheSocket() {
        asksForErrors();
        sends("first", peer);
        final byte[] first = lastPacket();
        sends("", new SocketAddress(IpAddress.ofIpv4(FramePeer.PEER_ADDRESS), 10));
        final byte[] second = lastPacket();
        isReported(IcmpHeader.DESTINATION_UNREACHABLE, IcmpHeader.PORT_UNREACHABLE, 0, first);
        isReported(IcmpHeader.TIME_EXCEEDED, IcmpHeader.TIME_TO_LIVE_EXCEEDED, 0, second);
        assertEquals("first", read());
        assertEquals(
                Errno.EHOSTUNREACH, sockets.option(socket, SocketOptions.SOL_SOCKET, SocketOptions.SO_ERROR), "next");
        assertEquals("", read());
        assertEquals(10, report.destination().port());
    }

    @ParameterizedTest
    @CsvSource({
        "3, 0, ENETUNREACH",
        "3, 1, EHOSTUNREACH",
        "3, 2, ENOPROTOOPT",
        "3, 3, ECONNREFUSED",
        "3, 4, EMSGSIZE",
        "3, 5, EOPNOTSUPP",
        "3, 6, ENETUNREACH",
        "3, 7, EHOSTDOWN",
        "3, 8, ENONET",
        "3, 9, ENETUNREACH",
        "3, 10, EHOSTUNREACH",
        "3, 11, ENETUNREACH",
        "3, 12, EHOSTUNREACH",
        "3, 13, EHOSTUNREACH",
        "11, 0, EHOSTUNREACH",
        "11, 1, EHOSTUNREACH",
        "12, 0, EPROTO"
    })
    void eachMessageHasItsError(int type, int code, String error) {
        asksForErrors();
        sends("x", peer);
        isReported(type, code, 0);
        assertEquals("x", read());
        assertEquals(error, Errno.name(report.error()));
        assertEquals(type, report.type());
        assertEquals(code, report.code());
    }

    @Test
    void theMtuOfTheNextHopIsTold() {
        asksForErrors();
        sends("x", peer);
        isReported(IcmpHeader.DESTINATION_UNREACHABLE, IcmpHeader.FRAGMENTATION_NEEDED, 1_300);
        assertEquals("x", read());
        assertEquals(1_300, report.information());
    }

    @Test
    void aConnectedSocketHearsOfItsPeerAlone() {
        asksForErrors();
        sends("x", peer);
        final byte[] aboutPeer = lastPacket();
        assertEquals(0, sockets.connect(socket, new SocketAddress(IpAddress.ofIpv4(FramePeer.PEER_ADDRESS), 10)));
        isReported(IcmpHeader.DESTINATION_UNREACHABLE, IcmpHeader.PORT_UNREACHABLE, 0, aboutPeer);
        assertEquals("EAGAIN", read());
        assertEquals(0, sockets.connect(socket, peer));
        isReported(IcmpHeader.DESTINATION_UNREACHABLE, IcmpHeader.PORT_UNREACHABLE, 0, aboutPeer);
        assertEquals("x", read());
    }

    @Test
    void aSocketThatIsBoundToAnotherAddressIsNotTold() {
        final SocketAddress loopback = new SocketAddress(IpAddress.parse("127.0.0.1"), 5_000);
        sends("x", peer);
        final byte[] packet = lastPacket();
        final int other = sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
        assertEquals(0, sockets.bind(other, loopback));
        assertEquals(0, sockets.setOption(other, SocketOptions.IPPROTO_IP, SocketOptions.IP_RECVERR, 1));
        packet[20] = (byte) (5_000 >> 8);
        packet[21] = (byte) 5_000;
        isReported(IcmpHeader.DESTINATION_UNREACHABLE, IcmpHeader.PORT_UNREACHABLE, 0, packet);
        assertEquals(-Errno.EAGAIN, sockets.receiveError(other, report, memory, 0, 100));
        assertEquals(0, sockets.close(other));
    }

    @Test
    void aNeighbourThatDoesNotAnswerIsAnErrorOfThisHost() {
        wire.answersArp(false);
        asksForErrors();
        sends("hello", peer);
        wire.after(seconds(10));
        assertEquals("hello", read());
        assertEquals(Errno.EHOSTUNREACH, report.error());
        assertEquals(ErrorReport.LOCAL, report.origin());
        assertEquals("192.0.2.1:9", report.destination().toString());
        assertEquals("192.0.2.2:0", report.reporter().toString());
    }

    @Test
    void noMoreWaitThanTheLimitAndWhatIsLostIsCounted() {
        asksForErrors();
        sends("x", peer);
        final byte[] packet = lastPacket();
        for (int i = 0; i < ErrorQueue.LIMIT + 3; i++) {
            isReported(IcmpHeader.DESTINATION_UNREACHABLE, IcmpHeader.PORT_UNREACHABLE, 0, packet);
        }
        assertEquals(3, wire.stack().drops().of(DropReason.ERROR_QUEUE_FULL));
        for (int i = 0; i < ErrorQueue.LIMIT; i++) {
            assertEquals("x", read());
        }
        assertEquals("EAGAIN", read());
    }

    @Test
    void allSocketsTogetherKeepABoundedNumber() {
        sends("x", peer);
        final byte[] packet = lastPacket();
        final int[] many = new int[ErrorRecords.COUNT / ErrorQueue.LIMIT + 1];
        for (int i = 0; i < many.length; i++) {
            many[i] = sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
            assertEquals(0, sockets.setOption(many[i], SocketOptions.IPPROTO_IP, SocketOptions.IP_RECVERR, 1));
            assertEquals(0, sockets.bind(many[i], new SocketAddress(IpAddress.ANY, 6_000 + i)));
            packet[20] = (byte) (6_000 + i >> 8);
            packet[21] = (byte) (6_000 + i);
            for (int j = 0; j < ErrorQueue.LIMIT; j++) {
                isReported(IcmpHeader.DESTINATION_UNREACHABLE, IcmpHeader.PORT_UNREACHABLE, 0, packet);
            }
        }
        assertEquals(ErrorQueue.LIMIT, wire.stack().drops().of(DropReason.ERROR_QUEUE_FULL));
        for (final int each : many) {
            assertEquals(0, sockets.close(each), "whatever waits goes with the socket");
        }
    }

    @Test
    void aStreamHasNoErrorQueue() {
        final int stream = sockets.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
        assertEquals(-Errno.EOPNOTSUPP, sockets.receiveError(stream, report, memory, 0, 1));
        assertEquals(
                -Errno.ENOPROTOOPT, sockets.setOption(stream, SocketOptions.IPPROTO_IP, SocketOptions.IP_RECVERR, 1));
        assertEquals(0, sockets.close(stream));
        assertEquals(-Errno.EBADF, sockets.receiveError(stream, report, memory, 0, 1));
    }
}
