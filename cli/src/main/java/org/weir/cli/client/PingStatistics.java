package org.weir.cli.client;

import com.google.gson.JsonObject;
import java.util.Locale;

/// What `ping` says at its end.
final class PingStatistics {
    private static final double NS_IN_MS = 1e6;

    private final long beganNs = System.nanoTime();
    private long latestNs = beganNs;
    private long sent;
    private long received;
    private long duplicates;
    private long errors;
    private long leastNs = Long.MAX_VALUE;
    private long mostNs;
    private double sumNs;
    private double squaresNs;

    void sent() {
        sent++;
        latestNs = System.nanoTime();
    }

    void received(long rttNs) {
        received++;
        latestNs = System.nanoTime();
        leastNs = Math.min(leastNs, rttNs);
        mostNs = Math.max(mostNs, rttNs);
        sumNs += (double) rttNs;
        squaresNs += (double) rttNs * rttNs;
    }

    void duplicate() {
        duplicates++;
    }

    void error() {
        errors++;
    }

    boolean hasAnswers() {
        return received > 0;
    }

    private long lossPercent() {
        return sent == 0 ? 0 : Math.round(100.0 * (sent - received) / sent);
    }

    private double meanNs() {
        return sumNs / received;
    }

    private double deviationNs() {
        return Math.sqrt(Math.max(0, squaresNs / received - meanNs() * meanNs()));
    }

    static String milliseconds(double ns) {
        return String.format(Locale.ROOT, "%.3f", ns / NS_IN_MS);
    }

    /// As ping(8) of iputils.
    String text(String name) {
        final StringBuilder text = new StringBuilder();
        text.append("\n--- ").append(name).append(" ping statistics ---\n");
        text.append(sent).append(" packets transmitted, ").append(received).append(" received, ");
        text.append(duplicates == 0 ? "" : "+" + duplicates + " duplicates, ");
        text.append(errors == 0 ? "" : "+" + errors + " errors, ");
        text.append(lossPercent()).append("% packet loss, time ");
        text.append(Math.round((latestNs - beganNs) / NS_IN_MS)).append("ms\n");
        if (hasAnswers()) {
            text.append("rtt min/avg/max/mdev = ").append(milliseconds((double) leastNs));
            text.append('/').append(milliseconds(meanNs()));
            text.append('/').append(milliseconds((double) mostNs));
            text.append('/').append(milliseconds(deviationNs())).append(" ms\n");
        }
        return text.toString();
    }

    JsonObject json() {
        final JsonObject json = new JsonObject();
        json.addProperty("event", "summary");
        json.addProperty("transmitted", sent);
        json.addProperty("received", received);
        json.addProperty("duplicates", duplicates);
        json.addProperty("errors", errors);
        json.addProperty("loss_percent", lossPercent());
        if (hasAnswers()) {
            json.addProperty("rtt_min_ns", leastNs);
            json.addProperty("rtt_avg_ns", Math.round(meanNs()));
            json.addProperty("rtt_max_ns", mostNs);
            json.addProperty("rtt_mdev_ns", Math.round(deviationNs()));
        }
        return json;
    }
}
