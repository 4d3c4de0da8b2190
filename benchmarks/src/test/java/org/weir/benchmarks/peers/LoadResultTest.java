package org.weir.benchmarks.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;

final class LoadResultTest {
    @Test
    void aLineIsReadByNames() throws IOException {
        final LoadResult result = LoadResult.parse("seconds=2.0 octets=5000000000 process_seconds=1.5 count=8\n");
        assertEquals(20, result.gigabitsPerSecond(), 1e-9);
        assertEquals(0.3, result.perGigabyte("process_seconds"), 1e-9);
        assertEquals(4, result.perSecond("count"), 1e-9);
    }

    @Test
    void whatWasNotMeasuredIsNotANumber() throws IOException {
        assertTrue(Double.isNaN(LoadResult.parse("seconds=1").value("octets")));
    }

    @Test
    void aComplaintIsToldAsItIs() {
        final IOException e =
                assertThrows(IOException.class, () -> LoadResult.parse("cannot connect: Connection refused"));
        assertEquals("not a result: cannot connect: Connection refused", e.getMessage());
    }
}
