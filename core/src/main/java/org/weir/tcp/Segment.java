package org.weir.tcp;

import org.jspecify.annotations.Nullable;
import org.weir.ip.Datagram;
import org.weir.memory.Pbuf;
import org.weir.wire.TcpHeader;
import org.weir.wire.TcpOptions;

/// A received segment, RFC 9293 section 3.3.1 "current segment variables": one object, filled anew for each.
final class Segment {
    final TcpOptions options = new TcpOptions();
    private final TcpHeader header = new TcpHeader();

    /// SEG.SEQ, moved on when old octets are trimmed.
    int sequence;
    /// SEG.ACK.
    int acknowledgment;

    int flags;
    /// The window as it stands in the header.
    int windowField;

    int sourcePort;
    int destinationPort;
    /// The payload, owned; null once a step has taken it.
    @Nullable
    Pbuf payload;

    private int headerLength;
    /// Octets of payload.
    int length;
    /// Octets of payload when it arrived.
    int arrivedLength;
    /// SEG.SEQ when it arrived.
    int arrivedSequence;

    /// A router has marked it because of congestion.
    boolean congestionExperienced;
    /// SEG.UP, RFC 9293 section 3.8.5.
    int urgentPointer;

    private boolean arrivedWithSyn;

    /// Reads the header of `packet` (borrowed), which starts with it. False if it is malformed.
    boolean parse(Pbuf packet) {
        if (!TcpHeader.fits(packet.length())) {
            return false;
        }
        header.at(packet.segment(), packet.offset());
        final long portsAndSequence = header.portsAndSequence();
        final long control = header.acknowledgmentAndControl();
        headerLength = TcpHeader.headerLength(control);
        if (headerLength < TcpHeader.LENGTH || headerLength > packet.length()) {
            return false;
        }
        sequence = (int) portsAndSequence;
        acknowledgment = (int) (control >>> 32);
        flags = TcpHeader.flags(control);
        windowField = TcpHeader.window(control);
        urgentPointer = has(TcpHeader.URG) ? header.urgentPointer() : 0;
        sourcePort = TcpHeader.sourcePort(portsAndSequence);
        destinationPort = TcpHeader.destinationPort(portsAndSequence);
        options.parse(packet.segment(), packet.offset() + TcpHeader.LENGTH, headerLength - TcpHeader.LENGTH);
        return true;
    }

    /// Takes `packet`: what is behind the header becomes the payload.
    void take(Pbuf packet) {
        packet.strip(headerLength);
        payload = packet;
        length = packet.totalLength();
        arrivedLength = length;
        arrivedSequence = sequence;
        arrivedWithSyn = has(TcpHeader.SYN);
    }

    /// Drops octets that were received before.
    void trimFront(int octets) {
        int rest = octets;
        if (has(TcpHeader.SYN) && rest > 0) {
            flags &= ~TcpHeader.SYN;
            sequence++;
            rest--;
        }
        if (payload != null && rest > 0) {
            final int cut = Math.min(rest, length);
            payload = payload.trimFront(cut);
            sequence += cut;
            length -= cut;
        }
    }

    /// Keeps the first `octets` octets and no FIN.
    void trimBack(int octets) {
        flags &= ~TcpHeader.FIN;
        if (payload != null && octets < length) {
            payload.trimTo(octets);
            length = octets;
        }
    }

    /// Gives the payload to the caller.
    Pbuf takePayload() {
        final Pbuf taken = payload;
        if (taken == null) {
            throw new IllegalStateException("the payload was taken before");
        }
        payload = null;
        return taken;
    }

    /// Releases the payload if no step has taken it.
    void finish() {
        if (payload != null) {
            payload.release();
            payload = null;
        }
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /// SEG.WND in octets: the window of a SYN is never scaled (RFC 7323 section 2.2).
    int window(int shift) {
        return arrivedWithSyn ? windowField : windowField << shift;
    }

    /// SEG.LEN: octets of payload, SYN and FIN.
    int sequenceLength() {
        return length + (has(TcpHeader.SYN) ? 1 : 0) + (has(TcpHeader.FIN) ? 1 : 0);
    }

    /// The number behind the segment.
    int end() {
        return sequence + sequenceLength();
    }

    /// True if the segment belongs to the connection that `datagram` and the ports name.
    boolean isFor(TcpConnection c, Datagram datagram) {
        return c.remotePort == sourcePort
                && c.localPort == destinationPort
                && c.remoteLow == datagram.sourceLow()
                && c.localLow == datagram.destinationLow()
                && c.remoteHigh == datagram.sourceHigh()
                && c.localHigh == datagram.destinationHigh();
    }
}
