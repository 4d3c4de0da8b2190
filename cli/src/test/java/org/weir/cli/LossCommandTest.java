package org.weir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.weir.cli.WeirProcess.Result;

/// `weir bench loss` between namespaces of its own.
@NeedsLab(tools = "ip")
@Timeout(120)
final class LossCommandTest {
    private static final int LIMIT_S = 90;

    private static Result loss(String... options) throws Exception {
        final String[] arguments = new String[options.length + 2];
        arguments[0] = "bench";
        arguments[1] = "loss";
        System.arraycopy(options, 0, arguments, 2, options.length);
        try (WeirProcess weir = WeirProcess.start(arguments)) {
            return weir.result(LIMIT_S);
        }
    }

    @Test
    void onePathIsOneLineOfFigures() throws Exception {
        final Result result =
                loss("--loss", "0.1", "--rtt", "20", "--seconds", "1").hasStatus(0);
        final String line = result.output().lines().toList().getLast();
        final String[] fields = line.strip().split("\\s+", -1);
        assertEquals(9, fields.length, result::toString);
        for (int i = 4; i < fields.length; i++) {
            assertTrue(Double.parseDouble(fields[i]) > 0, result::toString);
        }
    }

    @Test
    void aCongestionControlThatTheKernelDoesNotHaveIsOneLineAndStatus1() throws Exception {
        final Result result = loss("--congestion", "nonesuch").hasStatus(1);
        assertEquals("", result.output());
        assertTrue(
                result.error()
                        .startsWith(
                                "weir bench loss: cannot give the kernel the congestion control 'nonesuch'; it has "),
                result::toString);
    }
}
