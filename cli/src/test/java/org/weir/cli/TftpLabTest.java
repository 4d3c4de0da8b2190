package org.weir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weir.cli.OwnNetwork.shell;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `weir up --tftp` and the clients of Debian's packages.
@NeedsLab(tools = {"ip", "tftp", "atftp"})
@Timeout(120)
final class TftpLabTest {
    private static final String NO_FAULT = "";

    @TempDir
    private Path directory;

    private Path served;

    @BeforeEach
    void files() throws Exception {
        served = Files.createDirectory(directory.resolve("served"));
        final byte[] content = new byte[200_000];
        new Random(1).nextBytes(content);
        Files.write(served.resolve("there"), content);
    }

    private void transfers(String fault, String get, String put) throws Exception {
        OwnNetwork.run(() -> {
            final String option = fault.isEmpty() ? "--no-offload" : "--fault=" + fault;
            try (WeirProcess weir = WeirProcess.start(
                    "up",
                    "--tap",
                    "weir0",
                    "--ip",
                    "10.10.10.2/24",
                    option,
                    "--tftp",
                    "69=" + served + ",write",
                    "--socket",
                    "none")) {
                assertTrue(weir.line().endsWith(" tftp 69"));
                OwnNetwork.configure("weir0", "10.10.10.1/24");
                final String got = shell("cd " + directory + " && " + get);
                assertEquals(-1, Files.mismatch(served.resolve("there"), directory.resolve("here")), got);
                final String sent = shell("cd " + directory + " && " + put);
                assertTrue(Files.exists(served.resolve("back")), sent);
                assertEquals(-1, Files.mismatch(directory.resolve("here"), served.resolve("back")), sent);
                weir.signal("TERM");
                weir.result(30).hasStatus(0);
            }
        });
    }

    /// A client without options.
    @Test
    void tftpHpaReadsAndWrites() throws Exception {
        final String client = "timeout 50 tftp -m binary 10.10.10.2 -c ";
        transfers(NO_FAULT, client + "get there here", client + "put here back");
    }

    @ParameterizedTest
    @CsvSource({"512, 1", "1428, 8", "65464, 4", "1428, 64"})
    void atftpReadsAndWrites(int blockSize, int windowSize) throws Exception {
        final String client = "timeout 50 atftp --option 'blksize " + blockSize + "' --option 'windowsize " + windowSize
                + "' --option 'tsize enable' ";
        transfers(
                NO_FAULT,
                client + "--get -r there -l here 10.10.10.2 69",
                client + "--put -l here -r back 10.10.10.2 69");
    }

    @Test
    void filesArriveWhereOnePacketInTwentyIsLost() throws Exception {
        final String client = "timeout 100 atftp --option 'blksize 8192' --option 'timeout 1' --option 'windowsize 8' ";
        transfers(
                "loss=5%,seed=4",
                client + "--get -r there -l here 10.10.10.2 69", client + "--put -l here -r back 10.10.10.2 69");
    }
}
