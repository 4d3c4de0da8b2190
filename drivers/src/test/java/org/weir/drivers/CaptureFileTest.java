package org.weir.drivers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaptureFileTest {
    @TempDir
    Path directory;

    private final MemorySegment text = Arena.ofAuto().allocateFrom("a capture of packets");

    @Test
    void theFileHoldsWhatWasWrittenAndNothingFromBefore() throws Exception {
        final Path path = directory.resolve("a.pcapng");
        Files.writeString(path, "something much longer that was there before");
        try (CaptureFile file = CaptureFile.create(path)) {
            file.write(text, 0, 9);
            file.write(text, 9, 11);
        }
        assertArrayEquals("a capture of packets".getBytes(StandardCharsets.US_ASCII), Files.readAllBytes(path));
    }

    @Test
    void aFileThatCannotBeMadeIsNamedWithTheCause() {
        final Path path = directory.resolve("missing").resolve("a.pcapng");
        assertEquals(
                "cannot write the capture file " + path + ": No such file or directory",
                assertThrows(IOException.class, () -> CaptureFile.create(path)).getMessage());
    }

    @Test
    void aFullDiskEndsTheCaptureAndIsReportedAtTheEnd() throws Exception {
        final Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full), "skipped: /dev/full is missing");
        final CaptureFile file = CaptureFile.create(full);
        file.write(text, 0, 9);
        file.write(text, 9, 11);
        assertEquals(
                "the capture file /dev/full is not complete: No space left on device",
                assertThrows(IOException.class, file::close).getMessage());
        file.close();
    }

    @Test
    void memoryOnTheHeapIsRefused() throws Exception {
        try (CaptureFile file = CaptureFile.create(directory.resolve("a.pcapng"))) {
            final MemorySegment heap = MemorySegment.ofArray(new byte[4]);
            assertThrows(IllegalArgumentException.class, () -> file.write(heap, 0, 4));
        }
    }

    @Test
    @Tag("allocation")
    void writingAllocatesNothing() throws Exception {
        try (CaptureFile file = CaptureFile.create(directory.resolve("a.pcapng"))) {
            final Runnable calls = () -> {
                for (int i = 0; i < 100_000; i++) {
                    file.write(text, 0, 20);
                }
            };
            assertEquals(0, Allocations.onceWarm(calls));
        }
    }
}
