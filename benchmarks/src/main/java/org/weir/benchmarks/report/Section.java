package org.weir.benchmarks.report;

/// A part of a Markdown page between two comments, which a program writes anew.
final class Section {
    private Section() {}

    /// `page` with `content` between the markers of `name`; they are put at its end if it has none.
    ///
    /// @param content lines, each with its end
    /// @throws IllegalArgumentException if there is a beginning without an end
    static String replace(String page, String name, String content) {
        final String begin = "<!-- " + name + " -->\n";
        final String end = "<!-- end of " + name + " -->\n";
        final String whole = begin + content + end;
        final int from = page.indexOf(begin);
        if (from < 0) {
            return page + (page.isEmpty() || page.endsWith("\n\n") ? "" : "\n") + whole;
        }
        final int to = page.indexOf(end, from);
        if (to < 0) {
            throw new IllegalArgumentException("the page has '" + begin.strip() + "' without '" + end.strip() + "'");
        }
        return page.substring(0, from) + whole + page.substring(to + end.length());
    }
}
