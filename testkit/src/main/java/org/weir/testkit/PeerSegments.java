package org.weir.testkit;

import java.lang.foreign.MemorySegment;
import org.weir.wire.Checksum;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;
import org.weir.wire.TcpHeader;

/// The segments of a [TcpScript] as IP packets, with numbers relative to what each end began with.
final class PeerSegments {
    private final int peerIss;
    private int subjectIss;
    private int windowScale;
    private int lastWindow;
    private int lastAcknowledgment;

    PeerSegments(int peerIss) {
        this.peerIss = peerIss;
    }

    void subjectIss(int iss) {
        subjectIss = iss;
    }

    byte[] encode(SegmentSpec spec, int peerPort, int subjectPort) {
        final byte[] options = PeerOptions.encode(spec, subjectIss);
        final int headerLength = TcpHeader.LENGTH + options.length;
        final int payload = Math.max(0, spec.length);
        final int sequence = spec.sequenceOr(1);
        final byte[] packet = new byte[Ipv4Header.LENGTH + headerLength + payload];
        final MemorySegment memory = MemorySegment.ofArray(packet);
        final boolean acknowledges = (spec.flags & TcpHeader.ACK) != 0;
        new TcpHeader()
                .at(memory, Ipv4Header.LENGTH)
                .sourcePort(peerPort)
                .destinationPort(subjectPort)
                .sequenceNumber(peerIss + sequence)
                .acknowledgmentNumber(acknowledges ? subjectIss + spec.acknowledgment : 0)
                .headerLength(headerLength)
                .flags(spec.flags)
                .window(SegmentSpec.isSet(spec.window) ? spec.window : 65_535)
                .checksum(0)
                .urgentPointer(0);
        System.arraycopy(options, 0, packet, Ipv4Header.LENGTH + TcpHeader.LENGTH, options.length);
        for (int i = 0; i < payload; i++) {
            packet[Ipv4Header.LENGTH + headerLength + i] =
                    spec.payload != null ? spec.payload[i] : SegmentSpec.patternAt(sequence + i);
        }
        seal(memory, headerLength + payload, spec.corrupted);
        return packet;
    }

    private static void seal(MemorySegment memory, int length, boolean corrupted) {
        final int pseudo = Checksum.pseudoHeader(TcpSubject.PEER_ADDRESS, TcpSubject.ADDRESS, IpProtocol.TCP, length);
        final int sum = Checksum.append(pseudo, Checksum.sum(memory, Ipv4Header.LENGTH, length), false);
        new TcpHeader().at(memory, Ipv4Header.LENGTH).checksum(Checksum.complement(sum) ^ (corrupted ? 1 : 0));
        new Ipv4Header()
                .at(memory, 0)
                .begin(Ipv4Header.LENGTH)
                .typeOfService(0)
                .totalLength(Ipv4Header.LENGTH + length)
                .identification(1)
                .flagsAndFragmentOffset(0)
                .timeToLive(64)
                .protocol(IpProtocol.TCP)
                .source(TcpSubject.PEER_ADDRESS)
                .destination(TcpSubject.ADDRESS)
                .sealChecksum();
    }

    /// Reads a packet of the subject, and checks its checksums.
    SentSegment decode(byte[] packet) {
        final MemorySegment memory = MemorySegment.ofArray(packet);
        final Ipv4Header ip = new Ipv4Header().at(memory, 0);
        final int at = ip.headerLength();
        final int length = ip.totalLength() - at;
        final int pseudo = Checksum.pseudoHeader(ip.source(), ip.destination(), IpProtocol.TCP, length);
        if (!ip.checksumIsValid() || Checksum.append(pseudo, Checksum.sum(memory, at, length), false) != 0xFFFF) {
            throw new AssertionError("the subject sent a wrong checksum");
        }
        final SentSegment s = new SentSegment(memory, at, length, subjectIss, peerIss);
        remember(s);
        return s;
    }

    private void remember(SentSegment s) {
        if (s.has(TcpHeader.SYN)) {
            windowScale = Math.max(0, s.windowScale);
        }
        lastWindow = s.has(TcpHeader.SYN) ? s.window : s.window << windowScale;
        lastAcknowledgment = s.acknowledgment;
    }

    /// Octets that the last packet has offered.
    int lastWindow() {
        return lastWindow;
    }

    int lastAcknowledgment() {
        return lastAcknowledgment;
    }
}
