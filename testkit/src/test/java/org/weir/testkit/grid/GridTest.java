package org.weir.testkit.grid;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.weir.tcp.CongestionAlgorithm;
import org.weir.testkit.LinkTap;
import org.weir.testkit.PacketTrace;

class GridTest {
    private static final String DIRECTORY = "testkit/src/test/resources/golden";
    private static final String REGENERATE = "if TCP is meant to do this, ./weir bench sim --golden " + DIRECTORY
            + " writes the tables, and the difference belongs into the commit";

    /// What a build has time for; the command runs the others.
    private static boolean isQuick(GridCell cell) {
        final GridCell.Path path = cell.path();
        final boolean isUsual = path.bitsPerSecond() == 100_000_000 && path.roundTripNs() == 20_000_000;
        return path.bitsPerSecond() == 10_000_000 || isUsual && !cell.name().equals("16-flows");
    }

    private static List<String> kept(CongestionAlgorithm congestion) throws IOException {
        final String file = "/golden/" + GoldenTable.fileName(congestion);
        try (InputStream in = GridTest.class.getResourceAsStream(file)) {
            assertNotNull(in, file + " is missing; " + REGENERATE);
            return new String(in.readAllBytes(), UTF_8).lines().toList();
        }
    }

    private static String run(GridCell cell, CongestionAlgorithm congestion, long seed) {
        return new CellRun(cell, congestion, seed, LinkTap.NONE).run().line();
    }

    @ParameterizedTest
    @EnumSource
    void quickCellsComeToWhatIsKept(CongestionAlgorithm congestion) throws IOException {
        final List<String> lines = kept(congestion);
        final List<GridCell> cells = Grid.cells();
        final List<String> heading = GoldenTable.heading(congestion, GoldenTable.SEED);
        assertEquals(heading.size() + cells.size(), lines.size(), REGENERATE);
        assertEquals(heading, lines.subList(0, heading.size()), REGENERATE);
        final List<String> expected = new ArrayList<>();
        final List<String> actual = new ArrayList<>();
        for (int i = 0; i < cells.size(); i++) {
            if (isQuick(cells.get(i))) {
                expected.add(lines.get(heading.size() + i));
                actual.add(run(cells.get(i), congestion, GoldenTable.SEED));
            }
        }
        assertEquals(String.join("\n", expected), String.join("\n", actual), REGENERATE);
    }

    @Test
    void aSeedReplaysItsRunAndAnotherGivesAnother() {
        final GridCell cell = Grid.named("10M-20ms-1%");
        assertNotNull(cell);
        assertEquals(run(cell, CongestionAlgorithm.NEW_RENO, 5), run(cell, CongestionAlgorithm.NEW_RENO, 5));
        assertNotEquals(run(cell, CongestionAlgorithm.NEW_RENO, 5), run(cell, CongestionAlgorithm.NEW_RENO, 6));
    }

    @Test
    void aTraceChangesNothingAndShowsWhatIsLost() {
        final GridCell cell = Grid.named("lost-tail");
        assertNotNull(cell);
        final List<String> lines = new ArrayList<>();
        final CongestionAlgorithm reno = CongestionAlgorithm.NEW_RENO;
        assertEquals(
                run(cell, reno, 1),
                new CellRun(cell, reno, 1, new PacketTrace(lines::add)).run().line());
        final List<String> lost =
                lines.stream().filter(line -> line.endsWith("<-- lost")).toList();
        assertEquals(1, lost.size());
        assertTrue(lost.getFirst().contains(" client  192.0.2.1:10 > 192.0.2.2:9 "), lost.getFirst());
        assertTrue(lines.stream().anyMatch(line -> line.contains(" server  192.0.2.2:9 > ")));
    }

    @Test
    void everyCellHasANameOfItsOwn() {
        final Set<String> names = new HashSet<>();
        Grid.cells().forEach(cell -> assertTrue(names.add(cell.name()), cell.name()));
        assertTrue(names.contains("1G-100ms-5%") && names.contains("10M-2ms-0.1%"), names::toString);
        assertNull(Grid.named("no such"));
    }

    @Test
    void theQueueHoldsOneProductAnd64FramesAtLeast() {
        assertEquals(165, new GridCell.Path(100_000_000, 20_000_000).product());
        assertEquals(165, new GridCell.Path(100_000_000, 20_000_000).queue());
        assertEquals(64, new GridCell.Path(10_000_000, 2_000_000).queue());
    }
}
