package org.weir.testkit;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.weir.memory.Pbuf;
import org.weir.wire.Checksum;
import org.weir.wire.EtherType;
import org.weir.wire.IcmpHeader;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;
import org.weir.wire.UdpHeader;

/// A datagram that a test cuts into fragments by hand and sends to the stack in any order.
final class HandmadeDatagram {
    private static final int UDP_CHECKSUM = 6;
    private static final int ICMP_CHECKSUM = 2;

    private final FramePeer wire;
    private final byte[] payload;
    private final int protocol;
    private byte[] options = {};
    private int source = FramePeer.PEER_ADDRESS;
    private int destination = FramePeer.STACK_ADDRESS;
    private int identification = 1;
    private int typeOfService;
    private int segmentSize;

    HandmadeDatagram(FramePeer wire, int protocol, byte[] payload) {
        this.wire = wire;
        this.protocol = protocol;
        this.payload = payload;
    }

    /// From port 1234 to port 9, with `octets` octets of the pattern behind its header and a checksum.
    static HandmadeDatagram udp(FramePeer wire, int octets, int source) {
        final byte[] payload = pattern(UdpHeader.LENGTH, octets);
        final MemorySegment memory = MemorySegment.ofArray(payload);
        new UdpHeader()
                .at(memory, 0)
                .sourcePort(1_234)
                .destinationPort(9)
                .length(payload.length)
                .checksum(0);
        final int pseudo = Checksum.pseudoHeader(source, FramePeer.STACK_ADDRESS, IpProtocol.UDP, payload.length);
        seal(payload, UDP_CHECKSUM, pseudo);
        final HandmadeDatagram datagram = new HandmadeDatagram(wire, IpProtocol.UDP, payload);
        datagram.source = source;
        return datagram;
    }

    static HandmadeDatagram udp(FramePeer wire, int octets) {
        return udp(wire, octets, FramePeer.PEER_ADDRESS);
    }

    static HandmadeDatagram icmp(FramePeer wire, int type, int octets) {
        final byte[] payload = pattern(IcmpHeader.LENGTH, octets);
        new IcmpHeader()
                .at(MemorySegment.ofArray(payload), 0)
                .type(type)
                .code(0)
                .checksum(0)
                .identifier(7)
                .sequenceNumber(3);
        seal(payload, ICMP_CHECKSUM, 0);
        return new HandmadeDatagram(wire, IpProtocol.ICMP, payload);
    }

    static byte[] pattern(int header, int octets) {
        final byte[] payload = new byte[header + octets];
        for (int i = 0; i < octets; i++) {
            payload[header + i] = SegmentSpec.patternAt(i);
        }
        return payload;
    }

    private static void seal(byte[] payload, int field, int pseudoHeader) {
        final MemorySegment memory = MemorySegment.ofArray(payload);
        final int sum = Checksum.append(pseudoHeader, Checksum.sum(memory, 0, payload.length), false);
        final int checksum = Checksum.complement(sum);
        payload[field] = (byte) (checksum >>> Byte.SIZE);
        payload[field + 1] = (byte) checksum;
    }

    HandmadeDatagram identification(int number) {
        identification = number;
        return this;
    }

    HandmadeDatagram typeOfService(int octet) {
        typeOfService = octet;
        return this;
    }

    /// What the link says of the fragments that are sent from now on: that it has joined segments of so many
    /// octets.
    HandmadeDatagram segmentSize(int octets) {
        segmentSize = octets;
        return this;
    }

    HandmadeDatagram to(int address) {
        destination = address;
        return this;
    }

    /// Of the fragments that are sent from now on.
    HandmadeDatagram options(byte... octets) {
        options = octets;
        return this;
    }

    /// Sends all of it in one piece.
    HandmadeDatagram send() {
        return fragment(0, payload.length);
    }

    byte[] octets() {
        return payload;
    }

    int length() {
        return payload.length;
    }

    /// Changes an octet of what is sent from now on.
    HandmadeDatagram spoil(int at) {
        payload[at] ^= 1;
        return this;
    }

    /// Sends octets `from` to `to` of the IP payload, with more to follow unless these are the last.
    HandmadeDatagram fragment(int from, int to) {
        return fragment(from, to, to < payload.length);
    }

    HandmadeDatagram fragment(int from, int to, boolean more) {
        return fragment(from, Arrays.copyOfRange(payload, from, to), more);
    }

    /// Sends any octets as if they stood at `from`.
    HandmadeDatagram fragment(int from, byte[] octets, boolean more) {
        final Pbuf p = wire.buffer(octets.length);
        MemorySegment.copy(MemorySegment.ofArray(octets), 0, p.segment(), p.offset(), octets.length);
        p.segmentSize(segmentSize);
        final int headerLength = Ipv4Header.LENGTH + options.length;
        final long at = p.prepend(headerLength);
        MemorySegment.copy(MemorySegment.ofArray(options), 0, p.segment(), at + Ipv4Header.LENGTH, options.length);
        new Ipv4Header()
                .at(p.segment(), at)
                .begin(headerLength)
                .typeOfService(typeOfService)
                .totalLength(p.totalLength())
                .identification(identification)
                .flagsAndFragmentOffset((more ? Ipv4Header.MORE_FRAGMENTS : 0) | from / Ipv4Header.FRAGMENT_UNIT)
                .timeToLive(64)
                .protocol(protocol)
                .source(source)
                .destination(destination)
                .sealChecksum();
        wire.sendEthernet(p, FramePeer.STACK_MAC, EtherType.IPV4);
        return this;
    }

    /// Sends all of it in pieces of `size` octets.
    HandmadeDatagram inPiecesOf(int size) {
        for (int at = 0; at < payload.length; at += size) {
            fragment(at, Math.min(at + size, payload.length));
        }
        return this;
    }
}
