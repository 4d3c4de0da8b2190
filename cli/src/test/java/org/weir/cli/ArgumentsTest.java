package org.weir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the command says and returns for arguments, without any privilege.
final class ArgumentsTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String commandLine) {
        final String[] arguments = commandLine.isEmpty() ? new String[0] : commandLine.split(" ", -1);
        return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        ""                                      | weir: missing command; 'weir --help' lists them
        sing                                    | weir: Unmatched argument at index 0: 'sing'
        lab                                     | weir lab: missing COMMAND, as in 'weir lab -- ping 10.10.10.2'
        lab --                                  | weir lab: missing COMMAND, as in 'weir lab -- ping 10.10.10.2'
        lab --connections 0 -- true             | weir lab: TCP connections of 0 is not in 1 to 16777216
        lab --mtu 10 -- true                    | weir lab: MTU 10 is not in 68 to 65535, or 0 for the interface's own
        up --tap t0                             | weir up: Missing required option: '--ip=A/LEN'
        up --tap t0 --ip x                      | weir up: Invalid value for option '--ip': not an address with a prefix length: 'x' (expected as in 10.10.10.2/24)
        up --tap t0 --ip 10.10.10.2/33          | weir up: Invalid value for option '--ip': prefix length 33 of 10.10.10.2 is not in 0 to 32
        up --tap a/b --ip 10.10.10.2/24         | weir up: interface name 'a/b' is not 1 to 15 visible ASCII characters without '/' and ':'
        up --tap t0 --ip 10.0.0.2/24 --echo 0   | weir up: Invalid value for option '--echo': '0' is not a port: 1 to 65535
        up --tap t0 --ip 10.0.0.2/24 --http x=y | weir up: Invalid value for option '--http': 'x' is not a port: 1 to 65535
        up --tap t0 --ip 10.0.0.2/24 --mac 1    | weir up: Invalid value for option '--mac': not a MAC address: '1' (expected six hexadecimal octets, as in 02:00:00:00:00:01)
        up --tap t0 --ip 10.0.0.2/24 --gateway 10.0.1.1 | weir up: --gateway 10.0.1.1 is not on the network of --ip 10.0.0.2/24
        demo --loss 51                          | weir demo: --loss 51.0 is not in 0 to 50
        demo --octets 0                         | weir demo: --octets 0 is not in 1 to 100000000
        bench loss --loss 1,80                  | weir bench loss: --loss of 80.0 is not in 0 to 50
        bench loss --rtt 0                      | weir bench loss: --rtt of 0 is not in 1 to 1000
        """)
    void aBadArgumentIsOneLineAndStatus2(String commandLine, String message) {
        assertEquals(2, run(commandLine));
        assertEquals(message, err.toString().strip());
        assertEquals("", out.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "up --ip 10.10.10.2/24",
                "up --tap a --tun b --ip 10.10.10.2/24",
                "lab --idle fast -- true",
                "lab --fault loss=x -- true",
                "lab --nonesuch -- true"
            })
    void anyOtherIsOneLineToo(String commandLine) {
        assertEquals(2, run(commandLine));
        assertEquals(1, err.toString().lines().count());
        assertTrue(err.toString().startsWith("weir "));
    }

    @ParameterizedTest
    @CsvSource({
        "lab -- no-such-command-anywhere, 127, weir lab: no-such-command-anywhere: command not found",
        "lab -- /no/such/file, 127, weir lab: /no/such/file: no such file",
        "lab -- /etc/passwd, 126, weir lab: /etc/passwd: permission denied",
        "lab -- /etc, 126, weir lab: /etc: is a directory"
    })
    void aCommandThatCannotRunHasAShellsStatus(String commandLine, int status, String message) {
        assertEquals(status, run(commandLine));
        assertEquals(message, err.toString().strip());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "lab --help", "up --help", "demo --help", "lab -h -- whatever"})
    void helpHasExamples(String commandLine) {
        assertEquals(0, run(commandLine));
        assertTrue(out.toString().contains("Usage: weir") && out.toString().contains("Examples:"));
        assertEquals("", err.toString());
    }

    @Test
    void theVersionIsOneLine() {
        assertEquals(0, run("--version"));
        assertTrue(out.toString().startsWith("weir "));
        assertEquals(1, out.toString().lines().count());
    }

    @Test
    void thePlanNeedsNoPrivilege() {
        assertEquals(0, run("lab --plan --connections 7"));
        assertTrue(out.toString().contains("TCP connections                      7"), out.toString());
        assertEquals(0, run("up --plan --tap t0 --ip 10.10.10.2/24"));
    }

    @Test
    void optionsOfTheCommandAreNotOurs() {
        assertEquals(127, run("lab no-such-command-anywhere --help"));
    }

    @Test
    void theDemoTellsTheWholeStoryTheSameEachTime() {
        assertEquals(0, run("demo"));
        final String first = out.toString().replaceAll("real time.*", "");
        for (final String part : new String[] {"SYN seq", "<-- lost", "<-- sent again", "the hole is filled", "FIN"}) {
            assertTrue(first.contains(part), part);
        }
        assertTrue(first.contains("sent and received   1000000 octets"));
        out.getBuffer().setLength(0);
        assertEquals(0, run("demo"));
        assertEquals(first, out.toString().replaceAll("real time.*", ""));
        assertEquals("", err.toString());
    }

    @Test
    void theDemoManagesWithoutLossAndWithMuch() {
        assertEquals(0, run("demo --loss 0"));
        assertTrue(out.toString().contains("of which lost 0"));
        assertEquals(0, run("demo --loss 20 --octets 20000 --seed 5"));
    }
}
