package org.weir.tcp;

/// Fills a [TcpInfo].
final class InfoReader {
    private static final int OPEN = 0;
    private static final int DISORDER = 1;
    private static final int CONGESTION_WINDOW_REDUCED = 2;
    private static final int RECOVERY = 3;
    private static final int LOSS = 4;

    private InfoReader() {}

    static void read(TcpConnection c, TcpInfo info, long nowNs) {
        info.state = c.state;
        info.timestamps = c.rcv.timestamps;
        info.sack = c.snd.sackPermitted;
        info.windowScaling = c.rcv.scaling;
        info.ecn = c.snd.ecn;
        readSender(c, info);
        readReceiver(c, info);
        readTraffic(c.traffic, info, nowNs);
    }

    private static void readSender(TcpConnection c, TcpInfo info) {
        final Sender snd = c.snd;
        info.congestionPhase = phase(snd);
        info.retransmits = snd.retransmissions;
        info.probes = Math.max(snd.unansweredProbes, c.keepAliveProbesSent);
        info.backoff = snd.rtt.backoff();
        info.sendWindowScale = snd.windowScale;
        info.retransmissionTimeoutNs = snd.rtt.rtoNs();
        info.sendSegmentSize = snd.segmentSize;
        info.unacknowledged = snd.flight();
        info.sacked = snd.board.sacked();
        info.lost = snd.board.lost();
        info.notSent = snd.unsent();
        info.roundTripTimeNs = snd.rtt.smoothedNs();
        info.roundTripVariationNs = snd.rtt.variationNs();
        info.minimumRoundTripTimeNs = snd.rtt.minimumRttNs();
        info.congestionWindow = snd.congestion.window;
        info.slowStartThreshold = snd.congestion.slowStartThreshold;
        info.sendWindow = snd.window;
        info.reorderingSeen = snd.reorderingSeen;
    }

    private static int phase(Sender snd) {
        return switch (snd.recovery.phase) {
            case FAST -> RECOVERY;
            case TIMED_OUT -> LOSS;
            case OPEN -> {
                if (snd.hasOutstanding() && SequenceNumber.before(snd.una, snd.recovery.reducedUntil)) {
                    yield CONGESTION_WINDOW_REDUCED;
                }
                yield snd.board.sacked() > 0 || snd.recovery.duplicateAcks > 0 ? DISORDER : OPEN;
            }
        };
    }

    private static void readReceiver(TcpConnection c, TcpInfo info) {
        final Receiver rcv = c.rcv;
        info.receiveWindowScale = rcv.scaling ? rcv.windowScale : 0;
        info.receiveSegmentSize = rcv.peerSegmentSize;
        info.receiveWindow = rcv.window();
        info.advertisedSegmentSize = c.route == null ? 0 : SegmentWriter.offeredSegmentSize(c, c.route);
        info.pathMtu = PathMtu.mtu(c);
    }

    private static void readTraffic(Traffic t, TcpInfo info, long nowNs) {
        info.octetsSent = t.octetsSent + t.octetsRetransmitted;
        info.octetsRetransmitted = t.octetsRetransmitted;
        info.octetsAcknowledged = t.octetsAcknowledged;
        info.octetsReceived = t.octetsReceived;
        info.segmentsSent = Integer.toUnsignedLong(t.segmentsSent);
        info.segmentsReceived = Integer.toUnsignedLong(t.segmentsReceived);
        info.dataSegmentsSent = Integer.toUnsignedLong(t.dataSegmentsSent);
        info.dataSegmentsReceived = Integer.toUnsignedLong(t.dataSegmentsReceived);
        info.retransmissions = Integer.toUnsignedLong(t.retransmissions);
        info.duplicateReports = Integer.toUnsignedLong(t.duplicateReports);
        info.outOfOrderSegments = Integer.toUnsignedLong(t.outOfOrderSegments);
        info.sinceDataSentNs = since(t.dataSentNs, nowNs);
        info.sinceDataReceivedNs = since(t.dataReceivedNs, nowNs);
        info.sinceAcknowledgmentReceivedNs = since(t.receivedNs, nowNs);
    }

    private static long since(long ns, long nowNs) {
        return ns == 0 ? -1 : nowNs - ns;
    }
}
