package org.weir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FilterFileTest {
    @TempDir
    private Path directory;

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("rules"), text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "input accept",
                "input drop tcp from 10.0.0.0/8 port 22",
                "output reject udp to 192.0.2.1/32 from-port 1024-65535 port 53 out eth0",
                "forward drop tcp syn from 10.0.0.0/8 to 10.1.0.0/16 in eth0 out eth1",
                "binding reject udp port 0-1023",
                "listening accept tcp port 80",
                "connecting drop icmp to 10.0.0.0/8",
                "accepting reject tcp from 10.0.0.0/8",
                "input drop 47",
                "policy input drop"
            })
    void aLineIsReadAsItIsWritten(String line) throws IOException {
        assertEquals(line + "\n", FilterFile.read(file(line)).toString());
    }

    @Test
    void linesKeepTheirOrderAndPoliciesComeLast() throws IOException {
        final Path file =
                file("# who may come in\n\npolicy input drop # nobody\n\tinput accept  tcp\ninput reject udp\n");
        assertEquals(
                "input accept tcp\ninput reject udp\npolicy input drop\n",
                FilterFile.read(file).toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "entrance drop | 'entrance' is none of policy, input, output, forward, binding, listening, connecting,"
                        + " accepting",
                "closed drop | 'closed' is none of policy, input, output, forward, binding, listening, connecting,"
                        + " accepting",
                "input | expected: HOOK VERDICT [PROTOCOL] [syn] [from A/LEN] [to A/LEN] [from-port N[-M]] [port"
                        + " N[-M]] [in NAME] [out NAME]",
                "input deny | 'deny' is none of accept, drop, reject",
                "policy input | expected: policy HOOK VERDICT",
                "policy input drop tcp | expected: policy HOOK VERDICT",
                "input drop sctp | 'sctp' lacks a value",
                "input drop 256 | '256' is not in 0 to 255",
                "input drop udp syn | syn goes with tcp",
                "input drop port 22 | port goes with tcp or udp",
                "input drop icmp from-port 22 | from-port goes with tcp or udp",
                "input drop tcp port | 'port' lacks a value",
                "input drop tcp port ssh | 'ssh' is not in 0 to 65535",
                "input drop tcp port 9-8 | ports 9 to 8 are none",
                "input drop out eth0 | input knows no 'out', only syn, from, to, from-port, port, in",
                "output drop in eth0 | output knows no 'in', only syn, from, to, from-port, port, out",
                "accepting drop tcp in eth0 | accepting knows no 'in', only from, to, from-port, port",
                "connecting drop out eth0 | connecting knows no 'out', only from, to, from-port, port",
                "accepting drop tcp syn | accepting knows no 'syn', only from, to, from-port, port",
                "binding drop tcp syn | binding knows no 'syn', only to, port",
                "listening drop tcp syn | listening knows no 'syn', only to, port",
                "binding drop from 10.0.0.0/8 | binding knows no 'from', only to, port",
                "listening drop tcp from-port 1-9 | listening knows no 'from-port', only to, port",
                "binding drop 89 | binding is not asked about protocol 89",
                "connecting drop 0 | connecting is not asked about protocol 0",
                "listening drop udp | listening is not asked about protocol udp",
                "accepting drop icmp | accepting is not asked about protocol icmp",
                "input drop tcp with 22 | 'with' is none of from, to, from-port, port, in, out",
                "input drop from 10.0.0.0 | not an address with a prefix length: '10.0.0.0' (expected as in"
                        + " 10.10.10.2/24)"
            })
    void whatALineLacksIsSaidWithItsNumber(String line, String problem) throws IOException {
        final Path file = file("# first\n" + line + "\n");
        final IOException e = assertThrows(IOException.class, () -> FilterFile.read(file));
        assertEquals(file + ", line 2: " + problem, e.getMessage());
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        assertThrows(NoSuchFileException.class, () -> FilterFile.read(directory.resolve("none")));
    }
}
