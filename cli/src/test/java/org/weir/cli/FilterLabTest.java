package org.weir.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.weir.cli.WeirProcess.Result;

/// `--filter FILE` with the kernel on the other side.
@NeedsLab(tools = {"curl", "ip", "ping", "python3"})
@Timeout(120)
final class FilterLabTest {
    private static final int LIMIT_S = 60;
    private static final String ASK = """
        import socket
        def tries(what, kind, port):
            s = socket.socket(socket.AF_INET, kind)
            s.settimeout(2)
            try:
                s.connect(("10.10.10.2", port))
                s.send(b"?")
                s.recv(1)
                print(what, "answered")
            except OSError as e:
                print(what, type(e).__name__, e.errno)
        tries("echo", socket.SOCK_STREAM, 7)
        tries("chargen", socket.SOCK_STREAM, 19)
        tries("datagram", socket.SOCK_DGRAM, 7)
        """;

    @TempDir
    private Path directory;

    private Path rules(String... lines) throws Exception {
        return Files.writeString(directory.resolve("rules"), String.join("\n", lines));
    }

    @Test
    void theKernelSeesEachVerdict() throws Exception {
        final Path script = Files.writeString(directory.resolve("ask.py"), ASK);
        final Path rules = rules(
                "input drop icmp",
                "input reject tcp syn port 7",
                "accepting reject tcp port 19",
                "input reject udp from 10.10.10.0/24 port 7");
        final Result result = WeirProcess.lab(
                LIMIT_S,
                "ping -c 2 -i 0.2 -W 1 10.10.10.2; curl -sS -o /dev/null http://10.10.10.2/ && echo page; "
                        + "/usr/bin/python3 " + script,
                "--filter",
                rules.toString(),
                "--counters");
        assertTrue(result.output().contains(" 0 received, 100% packet loss"), result::toString);
        assertTrue(result.output().contains("page\n"), result::toString);
        assertTrue(result.output().contains("echo ConnectionRefusedError 111\n"), result::toString);
        assertTrue(result.output().contains("chargen ConnectionRefusedError 111\n"), result::toString);
        // Linux makes this of ICMP 3/13.
        assertTrue(result.output().contains("datagram OSError 113\n"), result::toString);
        assertTrue(result.error().contains("the filter refused it on its way in"), result::toString);
        assertTrue(result.error().contains("the filter refused the connection"), result::toString);
    }

    @Test
    void whatNoRulePermitsFollowsThePolicy() throws Exception {
        final Path rules = rules("policy input drop", "input accept tcp port 80");
        final Result result = WeirProcess.lab(
                LIMIT_S,
                "ping -c 1 -W 1 10.10.10.2; curl -sS -o /dev/null http://10.10.10.2/ && echo page",
                "--filter",
                rules.toString());
        assertTrue(result.output().contains("100% packet loss"), result::toString);
        assertTrue(result.output().contains("page\n"), result::toString);
    }

    @Test
    void whatAFileLacksIsSaidWithItsLine() throws Exception {
        final Result result = WeirProcess.lab(
                        LIMIT_S, "echo ran", "--filter", rules("", "input deny").toString())
                .hasStatus(1);
        assertTrue(
                result.error().endsWith("rules, line 2: 'deny' is none of accept, drop, reject\n"), result::toString);
        assertFalse(result.output().contains("ran"), result::toString);
    }
}
