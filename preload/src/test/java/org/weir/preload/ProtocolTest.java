package org.weir.preload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The numbers of [Protocol] are those that the C compiler makes of `protocol.h`.
class ProtocolTest {
    private static final Path SOURCES = Path.of("src/main/c").toAbsolutePath();
    private static final Path HEADER = SOURCES.resolve("protocol.h");
    private static final Pattern IN_STRUCTURE = Pattern.compile("(REQUEST|REPLY|DATAGRAM|ACCEPTED|INTERFACE)_(\\w+)");
    private static final Pattern NAMED_NUMBER = Pattern.compile("(?m)^(?:#define| {4})\\s*(WEIR_\\w+)[ =]+\\S");

    @TempDir
    private Path directory;

    /// What C calls the constant of this name.
    private static String inC(String name) {
        final Matcher field = IN_STRUCTURE.matcher(name);
        if (name.equals("INTERFACE_NAME_LENGTH")) {
            return "sizeof(((struct weir_interface *)0)->name)";
        }
        if (!field.matches()) {
            return name.equals("VERSION") ? "WEIR_PROTOCOL_VERSION" : "WEIR_" + name;
        }
        final String structure = "struct weir_" + field.group(1).toLowerCase(Locale.ROOT);
        final String member = field.group(2).toLowerCase(Locale.ROOT);
        return member.equals("size") ? "sizeof(" + structure + ")" : "offsetof(" + structure + ", " + member + ")";
    }

    private static List<Field> constants() {
        final List<Field> constants = new ArrayList<>();
        for (final Field field : Protocol.class.getDeclaredFields()) {
            if (Modifier.isStatic(field.getModifiers()) && !field.isSynthetic()) {
                constants.add(field);
            }
        }
        return constants;
    }

    private static Map<String, String> inJava() throws IllegalAccessException {
        final Map<String, String> values = new TreeMap<>();
        for (final Field field : constants()) {
            final Object value = field.get(null);
            values.put(field.getName(), String.valueOf(value instanceof Character c ? (int) c : value));
        }
        return values;
    }

    private Map<String, String> ofTheCompiler() throws Exception {
        final StringBuilder program =
                new StringBuilder("#include <stddef.h>\n#include <stdio.h>\n#include \"protocol.h\"\n");
        program.append("int main(void) {\n");
        for (final Field field : constants()) {
            final String format = field.getType() == String.class ? "%s\\n\", " : "%ld\\n\", (long) ";
            program.append("printf(\"" + field.getName() + " " + format + inC(field.getName()) + ");\n");
        }
        program.append("return 0;\n}\n");
        final Path source = Files.writeString(directory.resolve("numbers.c"), program);
        final Path binary = directory.resolve("numbers");
        run("cc", "-I", SOURCES.toString(), "-o", binary.toString(), source.toString());
        final Map<String, String> values = new TreeMap<>();
        for (final String line : run(binary.toString())) {
            values.put(line.substring(0, line.indexOf(' ')), line.substring(line.indexOf(' ') + 1));
        }
        return values;
    }

    private static List<String> run(String... command) throws Exception {
        final Process process =
                new ProcessBuilder(command).redirectErrorStream(true).start();
        final List<String> lines = process.inputReader().lines().toList();
        assertEquals(0, process.waitFor(), () -> String.join("\n", lines));
        return lines;
    }

    private static boolean hasCompiler() {
        return Pattern.compile(File.pathSeparator)
                .splitAsStream(System.getenv().getOrDefault("PATH", ""))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, "cc")));
    }

    @Test
    void bothSidesMeanTheSameNumbers() throws Exception {
        assumeTrue(hasCompiler(), "skipped: no 'cc' in PATH");
        assertEquals(ofTheCompiler(), inJava());
    }

    @Test
    void everyNameOfTheHeaderIsKnownHere() throws Exception {
        final List<String> known =
                constants().stream().map(f -> inC(f.getName())).toList();
        final Matcher named = NAMED_NUMBER.matcher(Files.readString(HEADER));
        int names = 0;
        while (named.find()) {
            assertTrue(known.contains(named.group(1)), () -> named.group(1) + " is in protocol.h alone");
            names++;
        }
        assertTrue(names > 20);
    }

    @Test
    void addressesAndPortsAreInTheByteOrderOfTheNetwork() {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment memory = arena.allocate(16);
            Protocol.address(memory, 1, 0xC000_02FE);
            Protocol.port(memory, 5, 0x81FF);
            final byte[] expected = {0, (byte) 192, 0, 2, (byte) 254, (byte) 0x81, (byte) 0xFF, 0};
            assertEquals(-1, memory.asSlice(0, 8).mismatch(MemorySegment.ofArray(expected)));
            assertEquals(0xC000_02FE, Protocol.address(memory, 1));
            assertEquals(0x81FF, Protocol.port(memory, 5));
            memory.set(ValueLayout.JAVA_SHORT, 8, (short) -2);
            assertEquals(0xFFFE, Protocol.u16(memory, 8));
        }
    }
}
