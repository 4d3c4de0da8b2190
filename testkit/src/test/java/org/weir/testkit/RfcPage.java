package org.weir.testkit;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.weir.testkit.RfcTable.Requirement;

/// Writes `docs/rfc.md`.
final class RfcPage {
    private static final String HEAD = """
        # What the RFCs ask, and which test proves it

        Made by `RfcPageTest` from `docs/rfc/*.tsv` and the `@Rfc` annotations of the tests; do not edit. Wordings are
        ours. *Open* means that no test proves it yet, whether the code does it or not.

        """;

    private final Map<String, List<String>> proofs;
    private final StringBuilder text = new StringBuilder(HEAD);

    private RfcPage(Map<String, List<String>> proofs) {
        this.proofs = proofs;
    }

    static String of(List<RfcTable> tables, Map<String, List<String>> proofs) {
        final RfcPage page = new RfcPage(proofs);
        page.summary(tables);
        tables.forEach(page::document);
        return page.text.toString();
    }

    private void summary(List<RfcTable> tables) {
        text.append("| RFC | requirement | proved | excused | open | of |\n|---|---|---|---|---|---|\n");
        for (final RfcTable table : tables) {
            final Map<String, int[]> counts = new TreeMap<>();
            for (final Requirement r : table.requirements()) {
                counts.computeIfAbsent(r.level().replace(" NOT", ""), _ -> new int[3])[state(r)]++;
            }
            for (final String level : List.of("MUST", "SHOULD", "MAY")) {
                final int[] n = counts.getOrDefault(level, new int[3]);
                final int all = n[0] + n[1] + n[2];
                if (all > 0) {
                    text.append("| ").append(table.number()).append(" | ").append(level);
                    text.append(" | ").append(n[0]).append(" | ").append(n[1]);
                    text.append(" | ").append(n[2]).append(" | ").append(all).append(" |\n");
                }
            }
        }
    }

    /// 0 proved, 1 excused, 2 open.
    private int state(Requirement r) {
        if (proofs.containsKey(r.key())) {
            return 0;
        }
        return r.isExcused() ? 1 : 2;
    }

    private void document(RfcTable table) {
        text.append("\n## ").append(table.title()).append("\n\n");
        text.append("| id | level | section | requirement | state |\n|---|---|---|---|---|\n");
        for (final Requirement r : table.requirements()) {
            text.append("| ").append(r.id()).append(" | ").append(r.level()).append(" | ");
            text.append(r.section()).append(" | ").append(r.text()).append(" | ");
            text.append(stateOf(r)).append(" |\n");
        }
    }

    private String stateOf(Requirement r) {
        final List<String> tests = proofs.get(r.key());
        if (tests != null) {
            return "`" + String.join("`, `", tests) + "`";
        }
        return r.isExcused() ? "excused: " + r.excuse() : "open";
    }
}
