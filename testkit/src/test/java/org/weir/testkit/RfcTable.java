package org.weir.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// The requirements of one document, `docs/rfc/NUMBER.tsv`.
///
/// @param number of the RFC
/// @param title the first line of the file
/// @param requirements in the order of the file
record RfcTable(int number, String title, List<Requirement> requirements) {
    private static final int COLUMNS = 4;

    /// One line of the table.
    ///
    /// @param key what [Rfc] says: number and id
    /// @param excuse why it is not fulfilled, empty if it is to be
    record Requirement(String key, String id, String level, String section, String text, String excuse) {
        boolean isExcused() {
            return !excuse.isEmpty();
        }
    }

    /// All tables in `directory`, the core document first and then by number.
    static List<RfcTable> all(Path directory) throws IOException {
        final List<RfcTable> tables = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (final Path file :
                    files.filter(f -> f.toString().endsWith(".tsv")).sorted().toList()) {
                tables.add(read(file));
            }
        }
        tables.sort((a, b) -> Boolean.compare(a.number != 9293, b.number != 9293));
        return tables;
    }

    private static RfcTable read(Path file) throws IOException {
        final int number = Integer.parseInt(file.getFileName().toString().replace(".tsv", ""));
        final List<Requirement> requirements = new ArrayList<>();
        String title = "";
        for (final String line : Files.readAllLines(file)) {
            if (line.startsWith("#")) {
                title = title.isEmpty() ? line.substring(1).strip() : title;
                continue;
            }
            final String[] field = line.split("\t", -1);
            if (field.length < COLUMNS) {
                throw new AssertionError(file + ": a line with too few columns: " + line);
            }
            final String excuse = field.length > COLUMNS ? field[COLUMNS] : "";
            requirements.add(new Requirement(number + " " + field[0], field[0], field[1], field[2], field[3], excuse));
        }
        return new RfcTable(number, title, requirements);
    }
}
