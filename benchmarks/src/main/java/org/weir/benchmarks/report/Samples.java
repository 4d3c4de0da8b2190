package org.weir.benchmarks.report;

import java.util.Arrays;
import java.util.Locale;

/// The values of one figure, one of each round.
public final class Samples {
    private double[] sorted = new double[0];

    public void add(double value) {
        sorted = Arrays.copyOf(sorted, sorted.length + 1);
        sorted[sorted.length - 1] = value;
        Arrays.sort(sorted);
    }

    public boolean isEmpty() {
        return sorted.length == 0;
    }

    /// The mean of the middle two if there is no middle one; NaN without samples.
    public double median() {
        if (isEmpty()) {
            return Double.NaN;
        }
        final int half = sorted.length / 2;
        return sorted.length % 2 == 0 ? (sorted[half - 1] + sorted[half]) / 2 : sorted[half];
    }

    public double least() {
        return isEmpty() ? Double.NaN : sorted[0];
    }

    public double most() {
        return isEmpty() ? Double.NaN : sorted[sorted.length - 1];
    }

    /// As `12.3 (11.9-13.0)`; a dash without samples.
    public String text(int decimals) {
        if (isEmpty() || Double.isNaN(median())) {
            return "-";
        }
        final String format = "%." + decimals + "f";
        if (sorted.length == 1) {
            return String.format(Locale.ROOT, format, median());
        }
        return String.format(Locale.ROOT, format + " (" + format + "-" + format + ")", median(), least(), most());
    }
}
