package org.weir.cli.manage;

import com.google.gson.JsonObject;
import org.weir.tcp.TcpInfo;

/// `TCP_INFO` as JSON: the names of `ss`, with units. Windows are in octets.
final class TcpInfoJson {
    private TcpInfoJson() {}

    static JsonObject of(TcpInfo info, String congestion) {
        final JsonObject json = new JsonObject();
        json.addProperty("congestion", congestion);
        path(json, info);
        windows(json, info);
        traffic(json, info);
        return json;
    }

    private static void path(JsonObject json, TcpInfo info) {
        json.addProperty("timestamps", info.timestamps);
        json.addProperty("sack", info.sack);
        json.addProperty("ecn", info.ecn);
        json.addProperty("window_scaling", info.windowScaling);
        json.addProperty("snd_wscale", info.sendWindowScale);
        json.addProperty("rcv_wscale", info.receiveWindowScale);
        json.addProperty("rto_ns", info.retransmissionTimeoutNs);
        json.addProperty("rtt_ns", info.roundTripTimeNs);
        json.addProperty("rttvar_ns", info.roundTripVariationNs);
        json.addProperty("minrtt_ns", info.minimumRoundTripTimeNs);
        json.addProperty("mss", info.sendSegmentSize);
        json.addProperty("pmtu", info.pathMtu);
        json.addProperty("rcvmss", info.receiveSegmentSize);
        json.addProperty("advmss", info.advertisedSegmentSize);
    }

    private static void windows(JsonObject json, TcpInfo info) {
        json.addProperty("ca_state", phase(info.congestionPhase));
        json.addProperty("cwnd_bytes", info.congestionWindow);
        json.addProperty("ssthresh_bytes", info.slowStartThreshold);
        json.addProperty("snd_wnd", info.sendWindow);
        json.addProperty("rcv_wnd", info.receiveWindow);
        json.addProperty("unacked_bytes", info.unacknowledged);
        json.addProperty("sacked_bytes", info.sacked);
        json.addProperty("lost_bytes", info.lost);
        json.addProperty("notsent_bytes", info.notSent);
        json.addProperty("backoff", info.backoff);
        json.addProperty("retransmits", info.retransmits);
        json.addProperty("probes", info.probes);
        json.addProperty("reordering_seen", info.reorderingSeen);
    }

    private static String phase(int number) {
        return switch (number) {
            case 1 -> "disorder";
            case 2 -> "cwr";
            case 3 -> "recovery";
            case 4 -> "loss";
            default -> "open";
        };
    }

    private static void traffic(JsonObject json, TcpInfo info) {
        json.addProperty("bytes_sent", info.octetsSent);
        json.addProperty("bytes_retrans", info.octetsRetransmitted);
        json.addProperty("bytes_acked", info.octetsAcknowledged);
        json.addProperty("bytes_received", info.octetsReceived);
        json.addProperty("segs_out", info.segmentsSent);
        json.addProperty("segs_in", info.segmentsReceived);
        json.addProperty("data_segs_out", info.dataSegmentsSent);
        json.addProperty("data_segs_in", info.dataSegmentsReceived);
        json.addProperty("retrans", info.retransmissions);
        json.addProperty("dsack_dups", info.duplicateReports);
        json.addProperty("rcv_ooopack", info.outOfOrderSegments);
        json.addProperty("lastsnd_ns", info.sinceDataSentNs);
        json.addProperty("lastrcv_ns", info.sinceDataReceivedNs);
        json.addProperty("lastack_ns", info.sinceAcknowledgmentReceivedNs);
    }
}
