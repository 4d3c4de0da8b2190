package org.weir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.weir.cli.WeirProcess.Result;

/// Gigabytes and thousands of connections between the kernel and the stack: about a minute and a half in all.
@NeedsLab(tools = {"python3", "sha256sum", "socat"})
@Timeout(600)
final class LabLoadTest {
    private static final int LIMIT_S = 500;
    private static final String ECHO_CLIENT = """
        import socket, sys
        count, together = int(sys.argv[1]), int(sys.argv[2])
        for first in range(0, count, together):
            batch = [socket.create_connection(("10.10.10.2", 7), 30) for _ in range(together)]
            for i, s in enumerate(batch):
                s.sendall(b"%08d" % (first + i))
                s.shutdown(socket.SHUT_WR)
            for i, s in enumerate(batch):
                answer = b""
                while True:
                    piece = s.recv(64)
                    if not piece:
                        break
                    answer += piece
                assert answer == b"%08d" % (first + i), answer
                s.close()
        print("served", count)
        """;

    @TempDir
    private Path directory;

    private static Result lab(String script, String... options) throws Exception {
        return WeirProcess.lab(LIMIT_S, script, options).hasStatus(0);
    }

    @Test
    void aGibibyteIntoDiscard() throws Exception {
        lab("head -c 1G /dev/zero | socat -b 65536 -u - TCP:10.10.10.2:9");
    }

    @Test
    void aGibibyteOutOfChargen() throws Exception {
        final String script = "socat -b 65536 -u TCP:10.10.10.2:19 - 2>/dev/null | head -c 1G | wc -c";
        assertEquals("1073741824\n", lab(script).output());
    }

    @Test
    void aHundredMegabytesThroughEcho() throws Exception {
        echoes(100_000_000);
    }

    @Test
    void aHundredMegabytesThroughEchoOverABadNetwork() throws Exception {
        echoes(100_000_000, "--fault", "loss=2%,duplicate=1%,reorder=1%,seed=7");
    }

    private void echoes(int octets, String... options) throws Exception {
        final Path file = directory.resolve("random");
        final String script = "head -c " + octets + " /dev/urandom > " + file + "; sha256sum < " + file
                + "; socat -t 400 - TCP:10.10.10.2:7 < " + file + " | sha256sum";
        final String[] lines = lab(script, options).output().split("\n", -1);
        assertEquals(lines[0], lines[1]);
    }

    @Test
    void tenThousandConnectionsOneAfterTheOther() throws Exception {
        connects(10_000, 1);
    }

    @Test
    void twoHundredConnectionsAtOnce() throws Exception {
        connects(2_000, 200);
    }

    private void connects(int count, int together) throws Exception {
        final Path client = Files.writeString(directory.resolve("client.py"), ECHO_CLIENT);
        final Result result = lab("python3 " + client + " " + count + " " + together, "--counters");
        assertEquals("served " + count + "\n", result.output());
        for (final String name : new String[] {"pages", "blocks", "handles", "connections"}) {
            assertTrue(result.error().matches("(?s).*in use\n.*  " + name + " +0  .*"), result.error());
        }
        assertTrue(result.error().contains("connections opened"), result.error());
        assertTrue(
                result.error().matches("(?s).*  timers +[0-2]\\n.*"),
                "the neighbour's age and our second announcement alone: " + result.error());
    }
}
