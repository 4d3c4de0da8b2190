package org.weir.tcp;

import org.weir.ip.Datagram;
import org.weir.ip.Ipv4;
import org.weir.ip.Route;
import org.weir.link.DropReason;
import org.weir.memory.Headroom;
import org.weir.memory.Pbuf;
import org.weir.time.StackClock;
import org.weir.wire.Checksum;
import org.weir.wire.IpAddress;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;
import org.weir.wire.TcpHeader;
import org.weir.wire.TcpOptions;

/// Builds segments and gives them to IP, RFC 9293 section 3.1.
final class SegmentWriter {
    /// Octets of an IPv4 and a TCP header without options.
    static final int HEADERS = Ipv4Header.LENGTH + TcpHeader.LENGTH;
    /// What is left on the smallest links (RFC 791: 68 octets): with protection it goes in fragments there.
    private static final int LEAST_SEGMENT = 68 - HEADERS;

    private final Tcp tcp;
    private final Ipv4 ipv4;
    private final TcpConfig config;
    private final TcpHeader header = new TcpHeader();
    private final TcpOptions options = new TcpOptions();
    private long segmentsSent;
    private long resetsSent;

    SegmentWriter(Tcp tcp, Ipv4 ipv4, TcpConfig config) {
        this.tcp = tcp;
        this.ipv4 = ipv4;
        this.config = config;
    }

    long segmentsSent() {
        return segmentsSent;
    }

    long resetsSent() {
        return resetsSent;
    }

    /// Sends octets `sequence` to `sequence + length` of the send queue with the acknowledgment, window and
    /// timestamps of now.
    ///
    /// @return false if no buffer was free
    boolean write(TcpConnection c, int sequence, int length, int flags) {
        return write(c, sequence, length, flags, 0);
    }

    /// As [#write], for data that was never sent before: routers may mark it (RFC 3168 section 6.1.2), which pure
    /// acknowledgments, retransmissions and window probes do not ask for (sections 6.1.4 to 6.1.6).
    boolean writeNew(TcpConnection c, int sequence, int length, int flags) {
        if (!c.snd.ecn || length == 0) {
            return write(c, sequence, length, flags, 0);
        }
        final boolean tells = c.snd.reductionToTell;
        final boolean written = write(c, sequence, length, flags | (tells ? TcpHeader.CWR : 0), Ipv4Header.ECN_ECT_0);
        c.snd.reductionToTell = tells && !written;
        return written;
    }

    private boolean write(TcpConnection c, int sequence, int length, int flags, int tos) {
        final Pbuf packet = ipv4.pool().take(Headroom.TRANSPORT, 0);
        if (packet == null) {
            return refuse();
        }
        if (length > 0 && !c.snd.queue.gather(packet, c.snd.positionOf(sequence), length, ipv4.pool())) {
            packet.release();
            return refuse();
        }
        final boolean syn = (flags & TcpHeader.SYN) != 0;
        final int size = TcpOutput.segmentSize(c);
        final boolean urgent = c.snd.urgent && SequenceNumber.after(c.snd.urgentEnd, sequence) && !syn;
        packet.typeOfService(c.settings.typeOfService & ~Ipv4Header.ECN_MASK | tos);
        final long at = packet.prepend(headerLength(c, syn));
        header.at(packet.segment(), at)
                .portsAndSequence(c.localPort, c.remotePort, sequence)
                .acknowledgmentAndControl(
                        (flags & TcpHeader.ACK) == 0 ? 0 : c.rcv.nxt,
                        packet.length(),
                        flags | flagsOf(c, urgent),
                        c.rcv.advertise(!syn));
        writeOptions(c, packet, at, syn);
        packet.segmentSize(isOneSegment(c, sequence, length, size) ? 0 : size);
        final int segments = packet.segmentSize() == 0 ? 1 : Math.ceilDiv(length, size);
        segmentsSent += segments - 1;
        c.traffic.segmentsSent += segments;
        c.traffic.dataSegmentsSent += length > 0 ? segments : 0;
        c.rcv.acknowledged(ipv4.clock().nowNs());
        c.deadlines.acknowledgeNs = Deadlines.NEVER;
        final int local = IpAddress.ipv4(c.localLow);
        final int remote = IpAddress.ipv4(c.remoteLow);
        seal(packet, at, local, remote, urgent ? urgentPointer(c, sequence) : 0);
        if (!ipv4.dispatch(packet, tcp.routeOf(c), local, remote, IpProtocol.TCP, c.settings.timeToLive)) {
            refused(c);
        }
        return true;
    }

    /// The filter has kept a segment back: the connection learns it as a loss, or, if that is to be told, at the
    /// next poll, since whoever sends now counts on its state.
    private void refused(TcpConnection c) {
        if (ipv4.filters().isRejected() && c.state != TcpState.TIME_WAIT) {
            c.filtered = true;
            c.deadlines.endNs = ipv4.clock().nowNs();
            tcp.schedule(c);
        }
    }

    private static int flagsOf(TcpConnection c, boolean urgent) {
        return (c.rcv.echoCongestion ? TcpHeader.ECE : 0) | (urgent ? TcpHeader.URG : 0);
    }

    /// RFC 6093 section 2.1: it points behind the last urgent octet.
    private static int urgentPointer(TcpConnection c, int sequence) {
        return Math.min(SequenceNumber.distance(sequence, c.snd.urgentEnd), 0xFFFF);
    }

    /// What is longer than a segment is cut by the link, unless it is there to find out whether the path carries
    /// it.
    private static boolean isOneSegment(TcpConnection c, int sequence, int length, int size) {
        final MtuSearch m = c.snd.mtu;
        return length <= size || m.probing && sequence == m.probeStart;
    }

    private boolean refuse() {
        ipv4.drops().count(DropReason.NO_BUFFER);
        return false;
    }

    private static int headerLength(TcpConnection c, boolean syn) {
        if (!syn) {
            return TcpHeader.LENGTH + c.rcv.optionsLength();
        }
        return TcpHeader.LENGTH
                + TcpOptions.MAXIMUM_SEGMENT_SIZE_LENGTH
                + (c.rcv.scaling ? TcpOptions.WINDOW_SCALE_LENGTH : 0)
                + (c.rcv.sackPermitted ? TcpOptions.SACK_PERMITTED_LENGTH : 0)
                + (c.rcv.timestamps ? TcpOptions.TIMESTAMPS_LENGTH : 0);
    }

    private void writeOptions(TcpConnection c, Pbuf packet, long at, boolean syn) {
        long next = at + TcpHeader.LENGTH;
        if (syn) {
            next = TcpOptions.writeMaximumSegmentSize(packet.segment(), next, offeredSegmentSize(c, tcp.routeOf(c)));
            if (c.rcv.scaling) {
                next = TcpOptions.writeWindowScale(packet.segment(), next, c.rcv.windowScale);
            }
            if (c.rcv.sackPermitted) {
                next = options.writeSackPermitted(packet.segment(), next);
            }
        }
        if (c.rcv.timestamps) {
            next = options.writeTimestamps(packet.segment(), next, timestamp(c), c.rcv.tsRecent);
        }
        if (!syn) {
            writeSack(c.rcv, packet, next);
        }
    }

    /// A duplicate first (RFC 2883 section 4), then the runs that grew last (RFC 2018 section 4).
    private void writeSack(Receiver rcv, Pbuf packet, long at) {
        int blocks = rcv.sackBlocks();
        if (blocks == 0) {
            return;
        }
        long next = options.beginSack(packet.segment(), at, blocks);
        if (rcv.hasDuplicate()) {
            next = options.writeSackBlock(packet.segment(), next, rcv.duplicateStart, rcv.duplicateEnd);
            rcv.duplicateReported();
            blocks--;
        }
        for (ReceivedRun r = rcv.outOfOrder.newest(); r != null && blocks > 0; r = r.older) {
            next = options.writeSackBlock(packet.segment(), next, r.start, r.end);
            blocks--;
        }
    }

    private int timestamp(TcpConnection c) {
        return c.rcv.timestampAt(ipv4.clock().nowNs());
    }

    /// The MSS that we offer: what the link carries without options, RFC 6691, or what the user permits.
    static int offeredSegmentSize(TcpConnection c, Route route) {
        final int local = Math.max(LEAST_SEGMENT, mtu(c, route) - HEADERS);
        final int permitted = c.settings.maximumSegmentSize;
        return permitted == 0 ? local : Math.min(permitted, local);
    }

    /// Octets of an IP packet of `c` that `route` carries in one piece.
    static int mtu(TcpConnection c, Route route) {
        return route.netif()
                .mtuFor(
                        IpAddress.ipv4(c.localLow),
                        IpAddress.ipv4(c.remoteLow),
                        IpProtocol.TCP,
                        c.localPort,
                        c.remotePort);
    }

    /// Answers a segment that belongs to no connection, RFC 9293 section 3.10.7.1.
    void reset(Segment s, Datagram d) {
        if (s.has(TcpHeader.RST) || d.isToGroup()) {
            return;
        }
        if (s.has(TcpHeader.ACK)) {
            reset(s, d, s.acknowledgment, 0, TcpHeader.RST);
        } else {
            reset(s, d, 0, s.end(), TcpHeader.RST | TcpHeader.ACK);
        }
    }

    private void reset(Segment s, Datagram d, int sequence, int acknowledgment, int flags) {
        final int local = IpAddress.ipv4(d.destinationLow());
        final int remote = IpAddress.ipv4(d.sourceLow());
        final Route route = ipv4.routes().find(remote);
        final Pbuf packet = route == null ? null : ipv4.pool().take(Headroom.TRANSPORT, 0);
        if (route == null || packet == null) {
            return;
        }
        final long at = packet.prepend(TcpHeader.LENGTH);
        header.at(packet.segment(), at)
                .portsAndSequence(s.destinationPort, s.sourcePort, sequence)
                .acknowledgmentAndControl(acknowledgment, TcpHeader.LENGTH, flags, 0);
        resetsSent++;
        send(packet, at, route, local, remote);
    }

    /// Answers SYN `s` by a SYN with initial sequence number `cookie`, for a connection that there is no memory
    /// for.
    void cookie(Segment s, Datagram d, Route route, int cookie, TcpSettings settings, int timestampOffset) {
        final Pbuf packet = ipv4.pool().take(Headroom.TRANSPORT, 0);
        if (packet == null) {
            refuse();
            return;
        }
        final int buffer = settings.receiveBuffer == 0 ? config.receiveBuffer() : settings.receiveBuffer;
        final boolean timestamps = s.options.hasTimestamps();
        final boolean scaling = timestamps && s.options.hasWindowScale();
        final boolean sack = timestamps && s.options.sackPermitted();
        final int length = TcpHeader.LENGTH
                + TcpOptions.MAXIMUM_SEGMENT_SIZE_LENGTH
                + (scaling ? TcpOptions.WINDOW_SCALE_LENGTH : 0)
                + (sack ? TcpOptions.SACK_PERMITTED_LENGTH : 0)
                + (timestamps ? TcpOptions.TIMESTAMPS_LENGTH : 0);
        final long at = packet.prepend(length);
        header.at(packet.segment(), at)
                .portsAndSequence(s.destinationPort, s.sourcePort, cookie)
                .acknowledgmentAndControl(
                        s.sequence + 1,
                        length,
                        TcpHeader.SYN | TcpHeader.ACK,
                        Math.min(buffer, Receiver.LARGEST_UNSCALED_WINDOW));
        final int mtu = route.netif()
                .mtuFor(
                        IpAddress.ipv4(d.destinationLow()),
                        IpAddress.ipv4(d.sourceLow()),
                        IpProtocol.TCP,
                        s.destinationPort,
                        s.sourcePort);
        final int carried = Math.max(LEAST_SEGMENT, mtu - HEADERS);
        final int offered = settings.maximumSegmentSize == 0 ? carried : Math.min(settings.maximumSegmentSize, carried);
        long next = TcpOptions.writeMaximumSegmentSize(packet.segment(), at + TcpHeader.LENGTH, offered);
        if (scaling) {
            next = TcpOptions.writeWindowScale(packet.segment(), next, config.windowScale());
        }
        if (sack) {
            next = options.writeSackPermitted(packet.segment(), next);
        }
        if (timestamps) {
            final int now = (int) (ipv4.clock().nowNs() / StackClock.MILLISECOND) + timestampOffset;
            options.writeTimestamps(packet.segment(), next, SynCookies.encode(now, s), s.options.timestampValue());
        }
        send(packet, at, route, IpAddress.ipv4(d.destinationLow()), IpAddress.ipv4(d.sourceLow()));
    }

    /// Resets a connection that the peer believes in.
    ///
    /// Whether it has taken the octet of a window probe is not known: it gets one reset for each case.
    void reset(TcpConnection c) {
        final int sequence = c.snd.acceptableSequence();
        reset(c, sequence);
        if (c.snd.max != sequence && c.snd.synAcknowledged) {
            reset(c, c.snd.max);
        }
    }

    private void reset(TcpConnection c, int sequence) {
        resetsSent++;
        write(c, sequence, 0, TcpHeader.RST | TcpHeader.ACK);
    }

    /// Answers an acknowledgment of what was never sent on a connection that is being opened: SEQ = SEG.ACK.
    void resetFor(TcpConnection c, int acknowledgment) {
        resetsSent++;
        write(c, acknowledgment, 0, TcpHeader.RST);
    }

    private void send(Pbuf packet, long at, Route route, int local, int remote) {
        seal(packet, at, local, remote, 0);
        ipv4.dispatch(packet, route, local, remote, IpProtocol.TCP, Ipv4.DEFAULT_TTL);
    }

    private void seal(Pbuf packet, long at, int local, int remote, int urgentPointer) {
        final int pseudoHeader = Checksum.pseudoHeader(local, remote, IpProtocol.TCP, packet.totalLength());
        header.checksumAndUrgentPointer(pseudoHeader, urgentPointer);
        packet.partialChecksum(at, TcpHeader.CHECKSUM);
        segmentsSent++;
    }
}
