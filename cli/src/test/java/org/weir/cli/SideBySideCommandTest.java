package org.weir.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weir.cli.WeirProcess.Result;

/// `weir bench tap` and its like, for a moment, between this stack and the kernel.
@NeedsLab(tools = {"cc", "curl", "ip", "nginx", "setpriv", "wrk"})
@Timeout(120)
final class SideBySideCommandTest {
    private static final int LIMIT_S = 90;

    @ParameterizedTest
    @CsvSource({"tap, Gbit/s", "latency, p50 us", "connections, connections/s"})
    void bothAreMeasuredAndCompared(String benchmark, String figure) throws Exception {
        try (WeirProcess weir =
                WeirProcess.start("bench", benchmark, "--only", "weir,kernel", "--rounds", "1", "--seconds", "0.1")) {
            final Result result = weir.result(LIMIT_S).hasStatus(0);
            assertTrue(result.output().contains("| Weir "), result::toString);
            assertTrue(result.output().contains("| Weir / kernel to kernel, veth | "), result::toString);
            assertTrue(result.output().contains(figure), result::toString);
        }
    }

    @Test
    void httpIsComparedToNginx() throws Exception {
        try (WeirProcess weir = WeirProcess.start("bench", "http", "--rounds", "1", "--seconds", "0.1")) {
            final Result result = weir.result(LIMIT_S).hasStatus(0);
            assertTrue(
                    result.output().contains("| Weir / nginx, kernel to kernel, veth | 612 octets, 50 connections, "));
            assertTrue(result.output().contains("Gbit/s"), result::toString);
        }
    }
}
