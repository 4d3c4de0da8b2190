package org.weir.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Which test proves what, as the sources of all modules say: a module's tests are not on the class path of another's.
final class RfcProofs {
    /// In two parts, since this file is searched too.
    private static final String MARK = "@" + "Rfc(";
    private static final Pattern PROOF = Pattern.compile(
            "@" + "Rfc\\(([^)]*)\\)\\s+(?:@\\w+(?:\\([^)]*\\))?\\s+)*(?:public |final |static )*void\\s+(\\w+)\\(");
    private static final Pattern LITERAL = Pattern.compile("\"([^\"]*)\"");

    private RfcProofs() {}

    /// Names of tests by requirement, both sorted.
    static Map<String, List<String>> in(Path root) throws IOException {
        final Map<String, List<String>> proofs = new TreeMap<>();
        try (Stream<Path> modules = Files.list(root)) {
            for (final Path tests : modules.map(m -> m.resolve("src/test/java"))
                    .filter(Files::isDirectory)
                    .sorted()
                    .toList()) {
                collect(tests, proofs);
            }
        }
        proofs.values().forEach(names -> names.sort(null));
        return proofs;
    }

    private static void collect(Path tests, Map<String, List<String>> proofs) throws IOException {
        try (Stream<Path> files = Files.walk(tests)) {
            for (final Path file :
                    files.filter(f -> f.toString().endsWith(".java")).sorted().toList()) {
                read(file, proofs);
            }
        }
    }

    private static void read(Path file, Map<String, List<String>> proofs) throws IOException {
        final String source = Files.readString(file);
        final String type = file.getFileName().toString().replace(".java", "");
        final Matcher proof = PROOF.matcher(source);
        int found = 0;
        while (proof.find()) {
            found++;
            final Matcher literal = LITERAL.matcher(proof.group(1));
            while (literal.find()) {
                proofs.computeIfAbsent(literal.group(1), _ -> new ArrayList<>()).add(type + "." + proof.group(2));
            }
        }
        if (found != source.split(Pattern.quote(MARK), -1).length - 1) {
            throw new AssertionError(file + ": an @Rfc that stands before no test");
        }
    }
}
