package org.weir.testkit.grid;

import java.util.Locale;

/// What one cell came to.
///
/// @param cell the cell
/// @param bitsPerSecond payload that reached the reader
/// @param fairness Jain's index of the flows' payload: 1 if all had the same, 1 / n if one had everything
/// @param retransmitted segments that were sent again
/// @param spurious those of them that had arrived before
/// @param timeouts retransmission time-outs
/// @param queueDrops frames that found the data's queue full
public record CellResult(
        GridCell cell,
        double bitsPerSecond,
        double fairness,
        long retransmitted,
        long spurious,
        long timeouts,
        long queueDrops) {
    private static final String TEXTS = "%-18s %11s %7s %9s %9s %9s %9s %9s";

    /// The names of the columns.
    public static String columns() {
        return String.format(
                Locale.ROOT,
                TEXTS,
                "cell",
                "goodput",
                "share",
                "resent",
                "spurious",
                "timeouts",
                "overflow",
                "fairness");
    }

    /// Their units. Spurious are segments that had arrived before; overflow is of the data's queue; fairness is
    /// Jain's index.
    public static String units() {
        return String.format(
                Locale.ROOT, TEXTS, "", "Mbit/s", "% rate", "segments", "segments", "", "frames", "1 = all");
    }

    /// One line for the table.
    public String line() {
        return String.format(
                Locale.ROOT,
                "%-18s %11.3f %7.2f %9d %9d %9d %9d %9s",
                cell.name(),
                bitsPerSecond / 1e6,
                100 * bitsPerSecond / cell.path().bitsPerSecond(),
                retransmitted,
                spurious,
                timeouts,
                queueDrops,
                cell.load().flows() == 1 ? "-" : String.format(Locale.ROOT, "%.4f", fairness));
    }
}
