package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.weir.testkit.RfcTable.Requirement;

/// `docs/rfc.md` says what the tables and the tests say. With `-Dweir.rfc.write=true` it is written instead.
class RfcPageTest {
    private static final Path ROOT = Path.of("..");
    private static final Path PAGE = ROOT.resolve("docs/rfc.md");

    private final List<RfcTable> tables = RfcTable.all(ROOT.resolve("docs/rfc"));
    private final Map<String, List<String>> proofs = RfcProofs.in(ROOT);

    RfcPageTest() throws IOException {}

    @Test
    void thePageIsUpToDate() throws IOException {
        final String page = RfcPage.of(tables, proofs);
        if (Boolean.getBoolean("weir.rfc.write")) {
            Files.writeString(PAGE, page);
        }
        final String found = Files.exists(PAGE) ? Files.readString(PAGE) : "";
        assertTrue(
                page.equals(found),
                "docs/rfc.md is stale: mvn test -pl testkit -am -Dtest=RfcPageTest"
                        + " -Dsurefire.failIfNoSpecifiedTests=false -Dweir.rfc.write=true");
    }

    @Test
    void everyRequirementThatATestNamesIsInATable() {
        final Set<String> unknown = new HashSet<>(proofs.keySet());
        requirements().forEach(r -> unknown.remove(r.key()));
        assertEquals(Set.of(), unknown);
    }

    @Test
    void whatIsExcusedIsNotProved() {
        for (final Requirement r : requirements()) {
            assertTrue(!r.isExcused() || !proofs.containsKey(r.key()), r.key() + " is excused and proved");
        }
    }

    @Test
    void everyRequirementIsListedOnce() {
        final Set<String> seen = new HashSet<>();
        requirements().forEach(r -> assertTrue(seen.add(r.key()), r.key() + " is listed twice"));
    }

    private List<Requirement> requirements() {
        final List<Requirement> all = new ArrayList<>();
        tables.forEach(t -> all.addAll(t.requirements()));
        return all;
    }
}
