package org.weir.cli.client;

import java.io.Console;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Optional;

/// A bar that grows, on a terminal, a few times a second.
///
/// ```text
///   42% [================>                       ]  4.2 MB of 10.0 MB   1.4 MB/s
/// ```
final class Progress {
    private static final long REDRAW_NS = 200_000_000;
    private static final double NS_IN_S = 1e9;
    private static final int WIDTH = 40;
    private static final int UNIT = 1_000;

    private final PrintWriter out;
    private final boolean isShown;
    private final long whole;
    private final long already;
    private final long beganNs = System.nanoTime();
    private long drawnNs = beganNs - REDRAW_NS;
    private long done;

    /// @param isShown on a terminal, and nobody wants quiet
    /// @param whole octets altogether; -1 if that is not known
    /// @param already octets of it that were there before
    Progress(PrintWriter out, boolean isShown, long whole, long already) {
        this.out = out;
        this.isShown = isShown;
        this.whole = whole;
        this.already = already;
    }

    /// True if somebody sees a bar.
    static boolean hasTerminal() {
        return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    }

    void more(int octets) {
        done += octets;
        final long nowNs = System.nanoTime();
        if (isShown && nowNs - drawnNs >= REDRAW_NS) {
            drawnNs = nowNs;
            draw(nowNs);
        }
    }

    void end() {
        if (isShown) {
            draw(System.nanoTime());
            out.println();
            out.flush();
        }
    }

    private void draw(long nowNs) {
        out.print("\r" + line(nowNs - beganNs));
        out.flush();
    }

    /// What is drawn after `elapsedNs`.
    String line(long elapsedNs) {
        final long have = already + done;
        final StringBuilder line = new StringBuilder();
        if (whole > 0) {
            final int filled = (int) (Math.min(have, whole) * WIDTH / whole);
            line.append(String.format(Locale.ROOT, "%3d%% [", Math.min(have, whole) * 100 / whole));
            line.repeat('=', filled).append(filled < WIDTH ? ">" : "").repeat(' ', Math.max(0, WIDTH - filled - 1));
            line.append("] ").append(size(have)).append(" of ").append(size(whole));
        } else {
            line.append(size(have));
        }
        return line.append("  ")
                .append(size((long) (done / Math.max(elapsedNs / NS_IN_S, 1e-3))))
                .append("/s   ")
                .toString();
    }

    private static String size(long octets) {
        if (octets < UNIT) {
            return octets + " B";
        }
        double value = octets;
        int unit = -1;
        while (value >= UNIT && unit < 4) {
            value /= UNIT;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %cB", value, "kMGTP".charAt(unit));
    }
}
