package org.weir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
        up --tap t0                             | weir up: --tap t0 needs --ip or --dhcp
        up --tap t0 --ip x                      | weir up: Invalid value for option '--ip' (A/LEN): not an address with a prefix length: 'x' (expected as in 10.10.10.2/24)
        up --tap t0 --ip 10.10.10.2/33          | weir up: Invalid value for option '--ip' (A/LEN): prefix length 33 of 10.10.10.2 is not in 0 to 32
        up --tap a/b --ip 10.10.10.2/24         | weir up: interface name 'a/b' is not 1 to 15 visible ASCII characters without '/' and ':'
        up --tap t0 --ip 10.0.0.2/24 --echo 0   | weir up: Invalid value for option '--echo': '0' is not a port: 1 to 65535
        up --tap t0 --ip 10.0.0.2/24 --http x=y | weir up: Invalid value for option '--http': 'x' is not a port: 1 to 65535
        up --tap t0 --ip 10.0.0.2/24 --mac 1    | weir up: Invalid value for option '--mac': not a MAC address: '1' (expected six hexadecimal octets, as in 02:00:00:00:00:01)
        up --tap t0 --ip 10.0.0.2/24 --gateway 10.0.1.1 | weir up: --gateway 10.0.1.1 is not on the network of --ip 10.0.0.2/24
        up --tap t0 --ip 10.0.0.2/24 --tap t1 --ip 10.1.0.2/24 --mac 02:00:00:00:00:01 | weir up: --mac is the hardware address of one device, and there are 2
        up --tap t0 --ip 10.0.0.2/24 --vlan 4095 --ip 10.1.0.2/24 | weir up: Invalid value for option '--vlan': VLAN 4095 is not in 1 to 4094
        up --tap t0 --ip 10.0.0.2/24 --vlan 7:8 --ip 10.1.0.2/24 | weir up: Invalid value for option '--vlan': VLAN priority 8 is not in 0 to 7
        up --tap t0 --ip 10.0.0.2/24 --vlan x --ip 10.1.0.2/24 | weir up: Invalid value for option '--vlan': 'x' is not a VLAN, as 7, 7:5 or 7:dscp are
        up --tun t0 --ip 10.0.0.2/24 --vlan 7 --ip 10.1.0.2/24 | weir up: --vlan 7 does not follow the --tap that carries it
        up --tap t0 --ip 10.0.0.2/24 --vlan 7 --ip 10.1.0.2/24 --vlan 7:5 --ip 10.2.0.2/24 | weir up: --vlan 7 is there twice
        up --tap t0 --ip 10.0.0.2/24 --ip 10.0.0.2/25 | weir up: --ip 10.0.0.2 is there twice
        up --tap t0 --ip 10.0.0.2/24 --route 10.2.0.0/16 | weir up: Invalid value for option '--route' (DEST/LEN=A): '10.2.0.0/16' is not DEST/LEN=GATEWAY, as 10.2.0.0/16=10.1.0.9 is
        up --tap t0 --ip 10.0.0.2/24 --route 10.2.0.0/16=10.9.0.1 | weir up: --route 10.2.0.0/16: 10.9.0.1 is not on the network of --ip 10.0.0.2/24
        up --tap t0 --ip 10.0.0.2/24 --reverse-path x | weir up: Invalid value for option '--reverse-path': expected one of [STRICT, LOOSE, OFF] (case-insensitive) but was 'x'
        up --tap t0 --ip 10.0.0.2/24 --neighbor 10.0.0.1   | weir up: Invalid value for option '--neighbor' (A=MAC): '10.0.0.1' is not a neighbour (expected as in 10.10.10.1=02:00:00:00:00:01)
        up --tap t0 --ip 10.0.0.2/24 --neighbor 10.0.0.1=x | weir up: Invalid value for option '--neighbor' (A=MAC): not a MAC address: 'x' (expected six hexadecimal octets, as in 02:00:00:00:00:01)
        up --tap t0 --ip 10.0.0.2/24 --neighbor 10.0.0.1=01:00:5e:00:00:01 | weir up: Invalid value for option '--neighbor' (A=MAC): 01:00:5e:00:00:01 is not the address of one host
        up --tap t0 --ip 10.0.0.2/24 --neighbor 10.0.1.1=02:00:00:00:00:01 | weir up: --neighbor 10.0.1.1=02:00:00:00:00:01 is not another host on the network 10.0.0.2/24
        up --tap t0 --ip 10.0.0.2/24 --neighbor 10.0.0.2=02:00:00:00:00:01 | weir up: --neighbor 10.0.0.2=02:00:00:00:00:01 is not another host on the network 10.0.0.2/24
        up --tun t0 --ip 10.0.0.2/24 --neighbor 10.0.0.1=02:00:00:00:00:01 | weir up: --neighbor 10.0.0.1=02:00:00:00:00:01: no Ethernet with an --ip could have it
        up --tap t0 --ip 10.0.0.2/24 --dhcp     | weir up: --tap t0 has both --ip and --dhcp
        up --tap t0 --dhcp --vlan 7             | weir up: --vlan 7 needs --ip or --dhcp
        up --tun t0 --dhcp                      | weir up: --tun t0 cannot have --dhcp, which is for Ethernets
        up --tap t0 --ip 10.0.0.2/24 --lease f  | weir up: --lease needs --dhcp
        up --tap t0 --ip 10.0.0.2/24 --hostname f | weir up: --hostname needs --dhcp
        up --tap t0 --dhcp --hostname a_b       | weir up: host name 'a_b' is not letters, digits and hyphens between them
        up --tap t0 --ip 10.0.0.2/24 --dns x    | weir up: Invalid value for option '--dns' (A): not an IPv4 address: 'x' (expected four decimal octets, as in 10.10.10.2)
        up --tap t0 --ip 10.0.0.2/24 --search a..b | weir up: Invalid value for option '--search' (DOMAIN): 'a..b' is not a name: 'a..b' has a label of 0 octets, not 1 to 63
        up --tap t0 --ip 10.0.0.2/24 --dns 1.1.1.1 --dns 1.1.1.2 --dns 1.1.1.3 --dns 1.1.1.4 --dns 1.1.1.5 --dns 1.1.1.6 --dns 1.1.1.7 --dns 1.1.1.8 --dns 1.1.1.9 | weir up: name servers: 9 are more than 8
        up --tap t0 --dhcp --gateway 10.0.0.1   | weir up: --gateway 10.0.0.1 needs an --ip
        up --tap t0 --ip 10.0.0.2/24 --tftp 69 | weir up: Invalid value for option '--tftp': '69' is not P=DIR[,write], as 69=/srv/tftp is
        demo --loss 51                          | weir demo: --loss 51.0 is not in 0 to 50
        demo --octets 0                         | weir demo: --octets 0 is not in 1 to 100000000
        bench loss --loss 1,80                  | weir bench loss: --loss of 80.0 is not in 0 to 50
        bench loss --rtt 0                      | weir bench loss: --rtt of 0 is not in 1 to 1000
        bench                                   | weir bench: missing benchmark; 'weir bench --help' lists them
        bench sim --cell x                      | weir bench sim: no cell 'x'; 'weir bench sim' prints all, and their names
        bench sim --congestion x                | weir bench sim: no congestion control 'x'; there are reno and cubic
        bench sim --trace                       | weir bench sim: --trace and --pcap need one --cell and one --congestion
        bench sim --golden d --cell lost-tail   | weir bench sim: --golden writes whole tables, without --cell or --trace
        bench tap --rounds 0                    | weir bench tap: --rounds of 0 is not in 1 to 100
        bench latency --seconds 0.01            | weir bench latency: --seconds of 0.01 is not in 0.1 to 60
        bench tap --only weir,nobody            | weir bench tap: no contestant 'nobody'; there are weir, weir-plain, weir-sleep, weir-channels, lwip, lwip-spin, gvisor, kernel, kernel-plain, kernel-channels, weir-http, nginx, limit, limit-plain
        ss time-wait                            | weir ss: 'time-wait': a filter is as in 'state time-wait close-wait'
        ss state asleep                         | weir ss: no state 'asleep'; 'weir ss --help' lists them
        ss state                                | weir ss: 'state': a filter is as in 'state time-wait close-wait'
        dig                                     | weir dig: missing NAME, as in 'weir dig www.example.net'
        dig a..b                                | weir dig: 'a..b' is not a name: 'a..b' has a label of 0 octets, not 1 to 63
        dig a ANY                               | weir dig: no record type 'ANY'; there are A, AAAA, CNAME, MX, NS, PTR, SOA, SRV, TXT
        dig a A b                               | weir dig: 'b' is one word too many
        dig a +trace                            | weir dig: '+trace' is not known; there are +short and +tcp
        dig --dns 10.10.10.1 a                  | weir dig: --dns needs --tap
        tftp                                    | weir tftp: missing command; 'weir tftp --help' lists them
        tftp get 10.10.10.1                     | weir tftp get: Missing required parameter: 'FILE'
        tftp get --block 7 10.10.10.1 a         | weir tftp get: --block 7 is not in 8 to 65464
        tcpdump port x                          | weir tcpdump: filter, at 6: expected a port of 0 to 65535, not 'x'
        tcpdump -s 0                            | weir tcpdump: -s 0 is not in 1 to 262144
        tcpdump -c -1                           | weir tcpdump: -c -1 is negative
        ping -s 65508 10.0.0.1                  | weir ping: -s 65508 is not in 0 to 65507
        ping -i 0.001 10.0.0.1                  | weir ping: -i 0.001 is not in 0.002 to 3600
        ping --tap t0 10.0.0.1                  | weir ping: --tap t0 needs --ip
        ping --ip 10.0.0.2/24 10.0.0.1          | weir ping: --ip needs --tap
        ping --tap t0 --ip 10.0.0.2/24 --gateway 10.1.0.1 10.0.0.1 | weir ping: --gateway 10.1.0.1 is not on the network of --ip 10.0.0.2/24
        ping --tap t0 --ip 10.0.0.2/24 --socket s 10.0.0.1 | weir ping: --tap and --socket contradict each other
        nc 10.0.0.1                             | weir nc: missing HOST or PORT, as in 'weir nc 10.10.10.1 80'
        nc 10.0.0.1 x                           | weir nc: 'x' is not a port: 1 to 65535
        nc 10.0.0.1 20-25                       | weir nc: a range of ports is for -z
        nc -z 10.0.0.1 25-20                    | weir nc: there are no ports in 25-20
        nc -w 301 10.0.0.1 7                    | weir nc: -w 301 is not in 1 to 300
        get ftp://10.0.0.1/                     | weir get: 'ftp://10.0.0.1/' is neither http nor https
        get -O http://10.0.0.1/                 | weir get: -O: http://10.0.0.1/ has no name for a file
        get -C http://10.0.0.1/x                | weir get: -C needs -o or -O
        get -O -o x http://10.0.0.1/x           | weir get: -o and -O contradict each other
        completion fish                         | weir completion: Invalid value for positional parameter at index 0 (SHELL): expected one of [BASH, ZSH] (case-insensitive) but was 'fish'
        addr a b                                | weir addr: Unmatched argument at index 2: 'b'
        torture --runs 0                        | weir torture: --runs 0 is not in 1 to 100000000
        torture --trace                         | weir torture: --trace and --pcap need one --run
        torture --run -1                        | weir torture: --run -1 is negative
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
    @ValueSource(
            strings = {
                "--help",
                "lab --help",
                "up --help",
                "demo --help",
                "bench sim --help",
                "bench tap --help",
                "bench latency --help",
                "bench connections --help",
                "torture --help",
                "ss --help",
                "addr --help",
                "arp --help",
                "route --help",
                "stats --help",
                "tcpdump --help",
                "ping --help",
                "nc --help",
                "get --help",
                "completion --help",
                "lab -h -- whatever"
            })
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

    @Test
    void aCellIsOneLineAndItsTraceShowsItsPackets(@TempDir Path directory) throws IOException {
        assertEquals(0, run("bench sim --congestion reno --cell lost-tail"));
        assertEquals(4, out.toString().strip().lines().count());
        final String table = out.toString();
        out.getBuffer().setLength(0);
        final Path capture = directory.resolve("cell.pcapng");
        assertEquals(0, run("bench sim --congestion reno --cell lost-tail --trace --pcap " + capture));
        assertTrue(out.toString().contains(" SYN seq ") && out.toString().contains("<-- lost"));
        assertTrue(out.toString().endsWith(table));
        assertTrue(Files.size(capture) > 200_000, "200 segments");
        assertEquals("", err.toString());
    }

    @Test
    void tortureSaysWhatItHasDone() {
        assertEquals(0, run("torture --runs 3"));
        assertTrue(out.toString().startsWith("3 runs, 0 failed, "), out.toString());
        out.getBuffer().setLength(0);
        assertEquals(0, run("torture --seed 9 --run 2 --trace"));
        assertTrue(out.toString().contains("192.0.2.1:2000 > 192.0.2.2:"), out.toString());
        assertTrue(out.toString().contains("\n1 runs, 0 failed, "), out.toString());
        assertEquals("", err.toString());
    }
}
