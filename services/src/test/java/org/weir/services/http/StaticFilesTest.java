package org.weir.services.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class StaticFilesTest {
    @TempDir
    private Path directory;

    private Path root;

    @BeforeEach
    void fills() throws IOException {
        root = Files.createDirectory(directory.resolve("root"));
        write(directory.resolve("secret"), "secret");
        write(root.resolve("index.html"), "front");
        write(root.resolve("empty"), "");
        write(Files.createDirectory(root.resolve("sub")).resolve("index.html"), "sub");
        write(root.resolve("sub/\u00e9 x.txt"), "accent");
        write(root.resolve(".hidden"), "hidden");
        write(Files.createDirectory(root.resolve(".git")).resolve("config"), "hidden");
        Files.createSymbolicLink(root.resolve("out"), directory.resolve("secret"));
        Files.createSymbolicLink(root.resolve("up"), directory);
        Files.createSymbolicLink(root.resolve("in"), root.resolve("sub/index.html"));
        Files.createSymbolicLink(root.resolve("sly"), root.resolve(".hidden"));
        Files.createSymbolicLink(root.resolve("dead"), root.resolve("nowhere"));
    }

    private static void write(Path file, String text) throws IOException {
        Files.writeString(file, text);
    }

    private static @Nullable HttpContent find(StaticFiles files, String path) {
        final byte[] octets = ("--" + path + "--").getBytes(UTF_8);
        return files.find(MemorySegment.ofArray(octets), 2, octets.length - 2);
    }

    private static String text(@Nullable HttpContent content) {
        assertNotNull(content);
        return new String(content.memory().toArray(ValueLayout.JAVA_BYTE), UTF_8);
    }

    @ParameterizedTest
    @CsvSource({
        "'', front",
        "index.html, front",
        "sub/, sub",
        "sub/index.html, sub",
        "'sub/\u00e9 x.txt', accent",
        "in, sub",
        "empty, ''"
    })
    void findsWhatIsThere(String path, String expected) throws IOException {
        assertEquals(expected, text(find(StaticFiles.of(root), path)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "none",
                "sub",
                "sub//",
                "sub/index.html/",
                ".hidden",
                ".git/config",
                "out",
                "up/secret",
                "sly",
                "dead",
                "../secret"
            })
    void doesNotServe(String path) throws IOException {
        assertNull(find(StaticFiles.of(root), path));
    }

    @Test
    void mapsAFileOnce() throws IOException {
        final StaticFiles files = StaticFiles.of(root);
        assertNotNull(find(files, ""));
        assertSame(find(files, ""), find(files, ""));
    }

    @Test
    void aFileThatWentAwayIsNotThere() throws IOException {
        final StaticFiles files = StaticFiles.of(root);
        Files.delete(root.resolve("empty"));
        assertNull(find(files, "empty"));
    }

    @Test
    void saysWhatItCannotServe() {
        final IOException e = assertThrows(IOException.class, () -> StaticFiles.of(root.resolve("none")));
        assertEquals("cannot serve " + root.resolve("none") + ": not a directory", e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "a.html, text/html; charset=utf-8",
        "a.HTML, text/html; charset=utf-8",
        "a.tar.gz, application/gzip",
        "a.svg, image/svg+xml",
        "noextension, application/octet-stream",
        "html, text/html; charset=utf-8"
    })
    void knowsTypesByExtension(String name, String type) {
        assertEquals(type, MediaTypes.of(name));
    }
}
