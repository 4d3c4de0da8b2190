package org.weir.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

final class TableTest {
    @Test
    void columnsAreAsWideAsTheirWidestCell() {
        final Table table = new Table(List.of("who", "x"));
        table.row(List.of("a", "12.3"));
        assertEquals("""
            | who | x    |
            |-----|------|
            | a   | 12.3 |
            """, table.text());
    }
}
