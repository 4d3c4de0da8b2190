package org.weir.cli.show;

import com.google.gson.JsonObject;
import java.util.Locale;

/// `TCP_INFO` of a connection in one line, as `ss -i` prints it: times in milliseconds, windows in segments. Counts
/// that are 0 are left out where `ss` leaves them out.
final class TcpInfoText {
    private static final double NS_IN_MS = 1e6;

    private final JsonObject info;
    private final StringBuilder line = new StringBuilder();

    private TcpInfoText(JsonObject info) {
        this.info = info;
    }

    static String of(JsonObject info) {
        final TcpInfoText text = new TcpInfoText(info);
        text.options();
        text.path();
        text.traffic();
        text.troubles();
        return text.line.toString().strip();
    }

    private long number(String name) {
        return info.get(name).getAsLong();
    }

    private boolean flag(String name) {
        return info.get(name).getAsBoolean();
    }

    private static String milliseconds(long ns) {
        final String text = "%.3f".formatted((double) ns / NS_IN_MS).replace(',', '.');
        return text.endsWith(".000") ? text.substring(0, text.length() - 4) : text;
    }

    private void word(String word) {
        line.append(word).append(' ');
    }

    private void always(String name, String value) {
        word(name + ":" + value);
    }

    private void unlessZero(String name, long value) {
        if (value != 0) {
            always(name, Long.toString(value));
        }
    }

    private void options() {
        word(info.get("congestion").getAsString());
        if (flag("timestamps")) {
            word("ts");
        }
        if (flag("sack")) {
            word("sack");
        }
        if (flag("ecn")) {
            word("ecn");
        }
        if (flag("window_scaling")) {
            always("wscale", number("snd_wscale") + "," + number("rcv_wscale"));
        }
    }

    private void path() {
        always("rto", milliseconds(number("rto_ns")));
        if (number("rtt_ns") > 0) {
            always("rtt", milliseconds(number("rtt_ns")) + "/" + milliseconds(number("rttvar_ns")));
        }
        always("mss", Long.toString(number("mss")));
        unlessZero("pmtu", number("pmtu"));
        unlessZero("rcvmss", number("rcvmss"));
        unlessZero("advmss", number("advmss"));
        final long segment = Math.max(1, number("mss"));
        always("cwnd", Long.toString(number("cwnd_bytes") / segment));
        if (number("ssthresh_bytes") < Integer.MAX_VALUE / 2) {
            unlessZero("ssthresh", number("ssthresh_bytes") / segment);
        }
    }

    private void traffic() {
        unlessZero("bytes_sent", number("bytes_sent"));
        unlessZero("bytes_retrans", number("bytes_retrans"));
        unlessZero("bytes_acked", number("bytes_acked"));
        unlessZero("bytes_received", number("bytes_received"));
        unlessZero("segs_out", number("segs_out"));
        unlessZero("segs_in", number("segs_in"));
        unlessZero("data_segs_out", number("data_segs_out"));
        unlessZero("data_segs_in", number("data_segs_in"));
        since("lastsnd", "lastsnd_ns");
        since("lastrcv", "lastrcv_ns");
        since("lastack", "lastack_ns");
    }

    private void since(String word, String name) {
        if (number(name) >= 0) {
            always(word, Long.toString((long) (number(name) / NS_IN_MS)));
        }
    }

    private void troubles() {
        final String phase = info.get("ca_state").getAsString();
        if (!phase.equals("open")) {
            always("ca_state", phase.toLowerCase(Locale.ROOT));
        }
        unlessZero("backoff", number("backoff"));
        final long segment = Math.max(1, number("mss"));
        unlessZero("unacked", Math.ceilDiv(number("unacked_bytes"), segment));
        if (number("retrans") > 0) {
            always("retrans", number("retransmits") + "/" + number("retrans"));
        }
        unlessZero("lost", Math.ceilDiv(number("lost_bytes"), segment));
        unlessZero("sacked", Math.ceilDiv(number("sacked_bytes"), segment));
        unlessZero("dsack_dups", number("dsack_dups"));
        unlessZero("rcv_ooopack", number("rcv_ooopack"));
        unlessZero("notsent", number("notsent_bytes"));
        if (number("minrtt_ns") > 0 && number("minrtt_ns") < Long.MAX_VALUE / 2) {
            always("minrtt", milliseconds(number("minrtt_ns")));
        }
        unlessZero("snd_wnd", number("snd_wnd"));
        unlessZero("rcv_wnd", number("rcv_wnd"));
    }
}
