package org.weir.benchmarks.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.weir.benchmarks.report.ProjectDirectory;

/// What the comparisons refer to by name is there.
final class ComparisonsTest {
    static List<Comparison> comparisons() {
        return List.of(Comparisons.tap(), Comparisons.latency(), Comparisons.connections());
    }

    @ParameterizedTest
    @MethodSource("comparisons")
    void itsContestantsExistAndItsRatiosAreBetweenThem(Comparison comparison) throws IOException {
        final List<String> names = SideBySide.names();
        assertEquals(names.size(), new HashSet<>(names).size());
        assertTrue(names.containsAll(comparison.contestants()));
        for (final Ratio ratio : comparison.ratios()) {
            assertTrue(comparison.contestants().contains(ratio.dividend()), ratio::toString);
            assertTrue(comparison.contestants().contains(ratio.divisor()), ratio::toString);
            assertTrue(comparison.parts().contains(ratio.part()), ratio::toString);
            assertTrue(ratio.part().figures().contains(ratio.figure()), ratio::toString);
        }
    }

    @ParameterizedTest
    @MethodSource("comparisons")
    void itsPartsHaveFilesOfTheirOwn(Comparison comparison) throws IOException {
        assertEquals(
                comparison.parts().size(),
                comparison.parts().stream().map(Part::word).distinct().count());
        assertTrue(Files.exists(ProjectDirectory.find().resolve("docs/benchmarks.md")));
    }
}
