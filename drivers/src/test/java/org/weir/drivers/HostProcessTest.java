package org.weir.drivers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class HostProcessTest {
    @Test
    void theEffectiveUserOwnsTheProcess() throws Exception {
        assertEquals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"), HostProcess.effectiveUserId());
    }

    @Test
    void anOrphanedGrandchildBecomesAChild() throws Exception {
        HostProcess.becomeChildSubreaper();
        final Process shell = new ProcessBuilder("sh", "-c", "sleep 30 & echo $!").start();
        final long orphan = Long.parseLong(shell.inputReader().readLine().strip());
        shell.waitFor();
        final ProcessHandle handle = ProcessHandle.of(orphan).orElseThrow();
        try {
            assertEquals(
                    ProcessHandle.current().pid(), handle.parent().orElseThrow().pid());
        } finally {
            handle.destroyForcibly();
        }
    }
}
