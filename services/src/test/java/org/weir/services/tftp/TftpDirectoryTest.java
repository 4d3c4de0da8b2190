package org.weir.services.tftp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Files of a directory, and no others.
class TftpDirectoryTest {
    @TempDir
    private Path parent;

    private Path root;

    @BeforeEach
    void files() throws IOException {
        root = parent.resolve("served");
        Files.createDirectories(root.resolve("sub"));
        Files.writeString(root.resolve("file"), "content");
        Files.writeString(root.resolve("sub/inner"), "inner");
        Files.writeString(root.resolve(".hidden"), "x");
        Files.writeString(parent.resolve("secret"), "secret");
        Files.createSymbolicLink(root.resolve("way-out"), parent.resolve("secret"));
        Files.createSymbolicLink(root.resolve("door"), parent);
    }

    private String read(String name) throws Exception {
        return new String(TftpDirectory.readOnly(root).open(name).toArray(ValueLayout.JAVA_BYTE), UTF_8);
    }

    @Test
    void filesAreReadByTheirNames() throws Exception {
        assertEquals("content", read("file"));
        assertEquals("content", read("/file"));
        assertEquals("inner", read("sub/inner"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../secret",
                "sub/../../secret",
                "..",
                ".",
                "/",
                "//file",
                "sub//inner",
                ".hidden",
                "sub/",
                "sub",
                "way-out",
                "door/secret",
                "a\\b",
                "a\nb",
                "/etc/passwd",
                "no system has \uD800",
                ""
            })
    void otherNamesLeadNowhere(String name) {
        assertThrows(TftpRefusal.class, () -> read(name));
    }

    @Test
    void aFileOfOnesOwnReplacesAFileAndNothingElse() throws Exception {
        final Path file = root.resolve("file");
        final Path link = Files.createSymbolicLink(root.resolve("link"), file);
        final TftpSink sink = FileSink.replacing(link);
        sink.write(MemorySegment.ofArray(new byte[] {1}), 0, 1);
        sink.complete();
        assertArrayEquals(new byte[] {1}, Files.readAllBytes(file));
        assertTrue(Files.isSymbolicLink(link));
        assertThrows(IOException.class, () -> FileSink.replacing(Path.of("/dev/null")));
        assertThrows(IOException.class, () -> FileSink.replacing(root.resolve("sub")));
    }

    @Test
    void aFileAppearsWhenItIsWhole() throws Exception {
        final TftpDirectory directory = TftpDirectory.writable(root, 10);
        final TftpSink sink = directory.create("new", -1);
        sink.write(MemorySegment.ofArray(new byte[] {0, 1, 2, 3}), 1, 3);
        assertFalse(Files.exists(root.resolve("new")));
        sink.complete();
        assertArrayEquals(new byte[] {1, 2, 3}, Files.readAllBytes(root.resolve("new")));
        final TftpRefusal refusal = assertThrows(TftpRefusal.class, () -> directory.create("new", -1));
        assertEquals(TftpError.FILE_EXISTS, refusal.error());
    }

    @Test
    void whatFailsLeavesNothing() throws Exception {
        final TftpDirectory directory = TftpDirectory.writable(root, 10);
        final TftpSink sink = directory.create("new", -1);
        final MemorySegment much = MemorySegment.ofArray(new byte[11]);
        assertEquals(
                TftpError.DISK_FULL,
                assertThrows(TftpRefusal.class, () -> sink.write(much, 0, 11)).error());
        sink.abort();
        try (Stream<Path> left = Files.list(root)) {
            assertTrue(left.noneMatch(path -> path.toString().endsWith(".part")));
        }
        assertEquals(
                TftpError.DISK_FULL,
                assertThrows(TftpRefusal.class, () -> directory.create("new", 11))
                        .error());
    }

    @Test
    void whereMayNotBeWrittenNothingIs() throws Exception {
        final TftpRefusal refusal = assertThrows(
                TftpRefusal.class, () -> TftpDirectory.readOnly(root).create("new", -1));
        assertEquals(TftpError.ACCESS_VIOLATION, refusal.error());
        final TftpDirectory directory = TftpDirectory.writable(root, 10);
        assertThrows(TftpRefusal.class, () -> directory.create("door/new", -1));
        assertThrows(TftpRefusal.class, () -> directory.create("../new", -1));
        assertThrows(TftpRefusal.class, () -> directory.create("nowhere/new", -1));
        assertThrows(IOException.class, () -> TftpDirectory.readOnly(root.resolve("file")));
        assertFalse(Files.exists(parent.resolve("new")));
    }
}
