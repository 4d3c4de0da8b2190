package org.weir.services.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
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
    void aDirectoryWithoutItsSlashLeadsToIt() throws IOException {
        write(Files.createDirectory(root.resolve("sub/a b\u00e9")).resolve("index.html"), "deep");
        final StaticFiles files = StaticFiles.of(root);
        assertEquals("Location: /sub/\r\n", location(find(files, "sub")));
        assertEquals("Location: /sub/a%20b%C3%A9/\r\n", location(find(files, "sub/a b\u00e9")));
        assertEquals("deep", text(find(files, "sub/a b\u00e9/")));
    }

    private static String location(@Nullable HttpContent content) {
        assertNotNull(content);
        final byte[] field = content.locationField();
        assertNotNull(field);
        return new String(field, UTF_8);
    }

    @Test
    void aChangedFileIsSeenASecondLater() throws IOException {
        final AtomicLong clock = new AtomicLong();
        final StaticFiles files = StaticFiles.of(root, clock::get, true);
        final HttpContent before = find(files, "");
        assertEquals("front", text(before));
        write(root.resolve("next"), "something else");
        Files.move(root.resolve("next"), root.resolve("index.html"), StandardCopyOption.REPLACE_EXISTING);
        assertSame(before, find(files, ""));
        clock.addAndGet(1_000_000_000);
        assertEquals("something else", text(find(files, "")));
        assertEquals("front", text(before));
    }

    @Test
    void aFileWrittenToHasAnotherTag() throws IOException {
        final AtomicLong clock = new AtomicLong();
        final StaticFiles files = StaticFiles.of(root, clock::get, true);
        final byte[] before = tag(find(files, ""));
        Files.setLastModifiedTime(root.resolve("index.html"), FileTime.fromMillis(1_000_000_000_123L));
        clock.addAndGet(1_000_000_000);
        final HttpContent after = find(files, "");
        assertFalse(Arrays.equals(before, tag(after)));
        assertNotNull(after);
        assertEquals(1_000_000_000, after.lastModifiedSecond());
    }

    private static byte[] tag(@Nullable HttpContent content) {
        assertNotNull(content);
        return content.entityTag();
    }

    @Test
    void aLinkThatIsTurnedOutwardsLaterIsNotFollowed() throws IOException {
        final AtomicLong clock = new AtomicLong();
        final StaticFiles files = StaticFiles.of(root, clock::get, true);
        assertNotNull(find(files, "in"));
        Files.delete(root.resolve("in"));
        Files.createSymbolicLink(root.resolve("in"), directory.resolve("secret"));
        clock.addAndGet(1_000_000_000);
        assertNull(find(files, "in"));
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
