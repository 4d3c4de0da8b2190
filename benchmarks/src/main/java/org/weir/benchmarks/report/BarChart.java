package org.weir.benchmarks.report;

import java.util.List;
import java.util.Locale;

/// Horizontal bars with a line from the least to the most, as SVG that is readable on light and on dark pages.
///
/// ```text
///   name  ############|--|  12.3
/// ```
///
/// @param decimals of the numbers beside the bars
public record BarChart(String title, int decimals, List<Bar> bars) {
    private static final int WIDTH = 760;
    private static final int LEFT = 250;
    private static final int RIGHT = 80;
    private static final int TOP = 36;
    private static final int BOTTOM = 8;
    private static final int ROW = 26;
    private static final int THICKNESS = 16;
    private static final int GAP = 6;
    /// From the middle of a line of text to its base.
    private static final int BASE = 5;

    private static final String STYLE = """
        <style>
        text { font: 13px sans-serif; fill: #333 }
        .title { font-weight: bold }
        .bar { fill: #9ab }
        .own { fill: #26c }
        .range { stroke: #333; stroke-width: 1.5 }
        @media (prefers-color-scheme: dark) {
        text { fill: #ddd }
        .bar { fill: #678 }
        .own { fill: #59f }
        .range { stroke: #ddd }
        }
        </style>
        """;

    /// @param isOwn to be seen at once
    public record Bar(String label, Samples samples, boolean isOwn) {}

    public String svg() {
        final int height = TOP + ROW * bars.size() + BOTTOM;
        final StringBuilder svg = new StringBuilder();
        svg.append("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + WIDTH + " " + height + "\" width=\""
                + WIDTH + "\" height=\"" + height + "\" role=\"img\">\n");
        svg.append("<title>" + escaped(title) + "</title>\n").append(STYLE);
        svg.append("<text class=\"title\" x=\"8\" y=\"20\">" + escaped(title) + "</text>\n");
        final double scale = scale();
        for (int i = 0; i < bars.size(); i++) {
            row(svg, bars.get(i), TOP + ROW * i, scale);
        }
        return svg.append("</svg>\n").toString();
    }

    /// Pixels of one unit.
    private double scale() {
        double largest = Double.MIN_NORMAL;
        for (final Bar bar : bars) {
            largest = Math.max(largest, bar.samples().most());
        }
        return (WIDTH - LEFT - RIGHT) / largest;
    }

    private void row(StringBuilder svg, Bar bar, int y, double scale) {
        final int middle = y + THICKNESS / 2;
        final double median = bar.samples().median();
        final double least = LEFT + bar.samples().least() * scale;
        final double most = LEFT + bar.samples().most() * scale;
        svg.append("<text x=\"" + (LEFT - GAP) + "\" y=\"" + (middle + BASE) + "\" text-anchor=\"end\">"
                + escaped(bar.label()) + "</text>\n");
        svg.append("<rect class=\"" + (bar.isOwn() ? "own" : "bar") + "\" x=\"" + LEFT + "\" y=\"" + y + "\" width=\""
                + fixed(median * scale, 1) + "\" height=\"" + THICKNESS + "\"/>\n");
        svg.append("<path class=\"range\" d=\"M" + fixed(least, 1) + " " + middle + "H" + fixed(most, 1) + "\"/>\n");
        svg.append("<text x=\"" + fixed(most + GAP, 1) + "\" y=\"" + (middle + BASE) + "\">" + fixed(median, decimals)
                + "</text>\n");
    }

    private static String fixed(double value, int places) {
        return String.format(Locale.ROOT, "%." + places + "f", value);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
