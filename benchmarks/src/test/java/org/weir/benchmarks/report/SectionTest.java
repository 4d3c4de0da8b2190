package org.weir.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

final class SectionTest {
    @Test
    void aNewSectionIsPutAtTheEnd() {
        assertEquals(
                "# Page\n\n<!-- bench x -->\nnew\n<!-- end of bench x -->\n",
                Section.replace("# Page\n", "bench x", "new\n"));
    }

    @Test
    void whatIsBetweenTheMarkersIsReplacedAndNothingElse() {
        final String page = "before\n<!-- bench x -->\nold\nold\n<!-- end of bench x -->\nafter\n";
        assertEquals(
                "before\n<!-- bench x -->\nnew\n<!-- end of bench x -->\nafter\n",
                Section.replace(page, "bench x", "new\n"));
    }

    @Test
    void writingTwiceIsWritingOnce() {
        final String once = Section.replace("# Page\n", "bench x", "text\n");
        assertEquals(once, Section.replace(once, "bench x", "text\n"));
    }

    @Test
    void sectionsDoNotDisturbEachOther() {
        final String both = Section.replace(Section.replace("", "bench x", "x\n"), "bench y", "y\n");
        assertEquals(
                "<!-- bench x -->\nX\n<!-- end of bench x -->\n\n<!-- bench y -->\ny\n<!-- end of bench y -->\n",
                Section.replace(both, "bench x", "X\n"));
    }

    @Test
    void aBeginningWithoutAnEndIsNotTouched() {
        assertThrows(
                IllegalArgumentException.class, () -> Section.replace("<!-- bench x -->\nold\n", "bench x", "new\n"));
    }
}
