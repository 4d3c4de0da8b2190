package org.weir.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
final class MachineTest {
    @Test
    void itIsOneSentenceWithTheKernelTheJdkAndTheDate() throws IOException {
        final String sentence = Machine.describe();
        assertTrue(
                sentence.matches(".+, \\d+ processors, \\d+ GiB, Linux [0-9.]+, JDK [0-9.]+, \\d{4}-\\d\\d-\\d\\d\\."),
                sentence);
    }

    @Test
    void itIsBetweenIdleAndBusy() throws Exception {
        final double share = Machine.busyShare(20);
        assertTrue(share >= 0 && share <= 1, String.valueOf(share));
    }
}
