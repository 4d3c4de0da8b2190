package org.weir.drivers;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import org.weir.memory.Pbuf;
import org.weir.wire.Checksum;
import org.weir.wire.EtherType;
import org.weir.wire.EthernetHeader;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;
import org.weir.wire.TcpHeader;

/// A TCP connection from the kernel, whose far end is played without a stack: enough of TCP to let one large
/// segment pass.
final class HandmadeConnection implements AutoCloseable {
    static final int MSS = 1460;

    private static final int PORT = 9;
    private static final int IP = EthernetHeader.LENGTH;
    private static final int TCP = IP + Ipv4Header.LENGTH;
    private static final int MSS_OPTION = 0x0204_0000 | MSS;
    private static final int MSS_OPTION_LENGTH = 4;
    private static final int WINDOW = 65_535;

    /// The kernel's end, non-blocking.
    final SocketChannel channel;

    private final TapHost host;
    private final long kernelMac;
    private int kernelPort;
    private int sndNxt = 0xFFFF_FFF0;
    private int rcvNxt;

    private HandmadeConnection(TapHost host, SocketChannel channel, long kernelMac) {
        this.host = host;
        this.channel = channel;
        this.kernelMac = kernelMac;
    }

    static HandmadeConnection establish(TapHost host) throws IOException {
        final long kernelMac = host.resolveKernel();
        final SocketChannel channel = SocketChannel.open();
        channel.configureBlocking(false);
        channel.connect(new InetSocketAddress("10.10.10.2", PORT));
        final HandmadeConnection connection = new HandmadeConnection(host, channel, kernelMac);
        connection.acceptSyn();
        host.await(frame -> isTcp(frame)).release();
        assertTrue(channel.finishConnect());
        return connection;
    }

    private void acceptSyn() {
        final Pbuf syn = host.await(HandmadeConnection::isTcp);
        kernelPort = tcp(syn).sourcePort();
        rcvNxt = tcp(syn).sequenceNumber() + 1;
        syn.release();
        final Pbuf answer = segment(TcpHeader.SYN | TcpHeader.ACK, TcpHeader.LENGTH + MSS_OPTION_LENGTH, 0);
        answer.segment()
                .set(
                        ValueLayout.JAVA_INT_UNALIGNED.withOrder(java.nio.ByteOrder.BIG_ENDIAN),
                        answer.transportOffset() + TcpHeader.LENGTH,
                        MSS_OPTION);
        host.send(answer);
        sndNxt++;
    }

    /// Sends `payload` as one packet that the link is to cut into segments of `segmentSize`.
    void send(byte[] payload, int segmentSize) {
        final Pbuf frame = segment(TcpHeader.ACK | TcpHeader.PSH, TcpHeader.LENGTH, payload.length);
        frame.segmentSize(segmentSize);
        final MemorySegment octets = MemorySegment.ofArray(payload);
        for (int at = 0; at < payload.length; ) {
            final Pbuf page = host.pool.takePage();
            assertNotNull(page);
            final int run = Math.min(page.tailroom(), payload.length - at);
            page.resize(run);
            MemorySegment.copy(octets, at, page.segment(), page.offset(), run);
            frame.chain(page);
            at += run;
        }
        sndNxt += payload.length;
        host.send(frame);
    }

    /// The headers of a segment to which `payload` octets will be chained, its checksum left to the link.
    private Pbuf segment(int flags, int tcpLength, int payload) {
        final Pbuf frame = host.take(TCP + tcpLength);
        final MemorySegment memory = frame.segment();
        new EthernetHeader()
                .at(memory, frame.offset())
                .destination(kernelMac)
                .source(TapHost.MAC)
                .type(EtherType.IPV4);
        new Ipv4Header()
                .at(memory, frame.offset() + IP)
                .begin(Ipv4Header.LENGTH)
                .typeOfService(0)
                .totalLength(Ipv4Header.LENGTH + tcpLength + payload)
                .identification(0)
                .flagsAndFragmentOffset(Ipv4Header.DONT_FRAGMENT)
                .timeToLive(64)
                .protocol(IpProtocol.TCP)
                .source(TapHost.OURS)
                .destination(TapHost.KERNEL)
                .sealChecksum();
        tcp(frame)
                .sourcePort(PORT)
                .destinationPort(kernelPort)
                .sequenceNumber(sndNxt)
                .acknowledgmentNumber(rcvNxt)
                .headerLength(tcpLength)
                .flags(flags)
                .window(WINDOW)
                .urgentPointer(0)
                .checksum(Checksum.pseudoHeader(TapHost.OURS, TapHost.KERNEL, IpProtocol.TCP, tcpLength + payload));
        frame.partialChecksum(frame.offset() + TCP, TcpHeader.CHECKSUM);
        return frame;
    }

    private static TcpHeader tcp(Pbuf frame) {
        return new TcpHeader().at(frame.segment(), frame.offset() + TCP);
    }

    private static boolean isTcp(Pbuf frame) {
        return TapHost.isIpv4(frame, IpProtocol.TCP);
    }

    static boolean carriesPayload(Pbuf frame) {
        return isTcp(frame) && frame.totalLength() > TCP + tcp(frame).headerLength();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
