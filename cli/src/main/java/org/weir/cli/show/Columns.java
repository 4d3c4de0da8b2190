package org.weir.cli.show;

import java.io.PrintWriter;

/// Prints cells below each other, each column at least as wide as it is said; the last one has no end.
final class Columns {
    private final int[] widths;

    /// @param widths of the columns but the last; negative to align to the right
    Columns(int... widths) {
        this.widths = widths.clone();
    }

    void print(PrintWriter out, String... cells) {
        final StringBuilder line = new StringBuilder();
        for (int i = 0; i < cells.length; i++) {
            final int width = i < widths.length ? widths[i] : 0;
            final int padding = Math.max(0, Math.abs(width) - cells[i].length());
            line.repeat(' ', width < 0 ? padding : 0).append(cells[i]).repeat(' ', width < 0 ? 0 : padding);
            line.append(i + 1 < cells.length ? " " : "");
        }
        out.println(line.toString().stripTrailing());
    }
}
