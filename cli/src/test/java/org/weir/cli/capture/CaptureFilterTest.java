package org.weir.cli.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.weir.link.Framing;

/// The filter language, on frames by hand.
final class CaptureFilterTest {
    private static final String ETHERNET = "020000000002 020000000001 ";
    private static final String ADDRESSES = "0a0a0a01 0a0a0a02 ";
    /// 10.10.10.1:40000 > 10.10.10.2:80.
    private static final String TCP_SYN = ETHERNET + "0800 4500002c 00004000 4006 0000 " + ADDRESSES
            + "9c400050 00000001 00000000 6002ffff 00000000 020405b4";

    private static final String UDP =
            ETHERNET + "0800 4500001d 00000000 4011 0000 " + ADDRESSES + "00350035 00090000 61";
    private static final String LATER_FRAGMENT =
            ETHERNET + "0800 4500001d 00000001 4011 0000 " + ADDRESSES + "00350035 00090000 61";
    private static final String PING = ETHERNET + "0800 4500001c 00000000 4001 0000 " + ADDRESSES + "08000000 00010001";
    private static final String ARP =
            "ffffffffffff 020000000001 0806 00010800 06040001 020000000001 0a0a0a01 000000000000 0a0a0a02";
    private static final String TAGGED =
            ETHERNET + "8100 0007 0800 4500001c 00000000 4001 0000 " + ADDRESSES + "08000000 00010001";

    private static byte[] octets(String frame) {
        return HexFormat.of().parseHex(frame.replace(" ", ""));
    }

    private static CapturedFrame captured(String frame, boolean isOutbound) {
        final byte[] octets = octets(frame);
        return new CapturedFrame("weir0", Framing.ETHERNET, isOutbound, 0, octets.length, octets);
    }

    /// One letter for each frame that `filter` wants.
    private static String wanted(String filter) {
        final String[] frames = {TCP_SYN, UDP, LATER_FRAGMENT, PING, ARP, TAGGED};
        final CaptureFilter parsed = CaptureFilter.parse(filter);
        final StringBuilder wanted = new StringBuilder();
        for (int i = 0; i < frames.length; i++) {
            if (parsed.matches(new FrameView().at(captured(frames[i], i == 0)))) {
                wanted.append("TULPAV".charAt(i));
            }
        }
        return wanted.toString();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        ``                                         | TULPAV
        tcp                                        | T
        udp                                        | UL
        icmp                                       | PV
        arp                                        | A
        ip                                         | TULPV
        ip proto 17                                | UL
        proto icmp                                 | PV
        esp or igmp                                | ``
        port 80                                    | T
        src port 80                                | ``
        dst port 80                                | T
        tcp port 80                                | T
        udp port 80                                | ``
        port 53                                    | U
        port 80 or 53                              | TU
        portrange 50-60                            | U
        tcp dst portrange 79-81                    | T
        host 10.10.10.1                            | TULPAV
        src host 10.10.10.1                        | TULPAV
        dst host 10.10.10.1                        | ``
        src 10.10.10.1 and dst 10.10.10.2          | TULPAV
        src or dst host 10.10.10.2                 | TULPAV
        src and dst host 10.10.10.2                | ``
        ip host 10.10.10.2                         | TULPV
        arp host 10.10.10.2                        | A
        net 10.0.0.0/8                             | TULPAV
        net 10                                     | TULPAV
        src net 10.10.10.2/32                      | ``
        10.10.10.2 and not arp                     | TULPV
        ether host 02:00:00:00:00:01               | TULPAV
        ether dst 02:00:00:00:00:02                | TULPV
        broadcast                                  | A
        ether multicast                            | A
        ip multicast                               | ``
        ether proto 0x0806                         | A
        vlan                                       | V
        vlan 7                                     | V
        vlan 8                                     | ``
        less 42                                    | PA
        greater 50                                 | T
        inbound                                    | ULPAV
        outbound                                   | T
        not tcp                                    | ULPAV
        ! tcp && ! udp                             | PAV
        not (tcp or udp)                           | PAV
        tcp or icmp and vlan                       | V
        tcp or (icmp and vlan)                     | TV
        not not tcp                                | T
        tcp[tcpflags] & tcp-syn != 0               | T
        tcp[tcpflags] == tcp-syn                   | T
        `tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn` | T
        tcp[tcpflags] & tcp-ack != 0               | ``
        tcp[13] = 2                                | T
        """)
    void wantsWhatItSays(String filter, String wanted) {
        assertEquals(wanted, wanted(filter));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        port                | filter, at 5: expected a port of 0 to 65535, not the end
        port x              | filter, at 6: expected a port of 0 to 65535, not 'x'
        tcp port 70000      | filter, at 10: expected a port of 0 to 65535, not '70000'
        host example.org    | filter, at 6: expected an address, as 10.10.10.2, not 'example.org'
        net 10.0.0.0/40     | filter, at 5: expected a network, as 10.0.0.0/8, not '10.0.0.0/40'
        portrange 5         | filter, at 11: expected a range of ports, as 6000-6008, not '5'
        tcp udp             | filter, at 5: expected 'and' or 'or', not 'udp'
        (tcp                | filter, at 5: expected ')', not the end
        tcp )               | filter, at 5: expected 'and' or 'or', not ')'
        tcp and             | filter, at 8: expected an address, as 10.10.10.2, not the end
        tcp[7] = 1          | filter, at 5: only 'tcp[tcpflags]' can be asked for
        tcp[13] & x != 0    | filter, at 11: expected a TCP flag, as tcp-syn, of 0 to 255, not 'x'
        ether host 10.0.0.1 | filter, at 12: expected a hardware address, as 02:00:00:00:00:01, not '10.0.0.1'
        less -1             | filter, at 6: expected a length of 0 to 2147483647, not '-1'
        """)
    void saysWhatIsWrongAndWhere(String filter, String message) {
        final FilterSyntaxException e = assertThrows(FilterSyntaxException.class, () -> CaptureFilter.parse(filter));
        assertEquals(message, e.getMessage());
    }

    @Test
    void deepNestingIsRefusedAndNoStackOverflow() {
        assertThrows(FilterSyntaxException.class, () -> CaptureFilter.parse("(".repeat(100_000)));
        assertThrows(FilterSyntaxException.class, () -> CaptureFilter.parse("not ".repeat(100_000) + "tcp"));
        assertThrows(FilterSyntaxException.class, () -> CaptureFilter.parse("tcp[13] & " + "(".repeat(100_000)));
        assertEquals("T", wanted("(".repeat(60) + "tcp" + ")".repeat(60)));
    }

    @ParameterizedTest
    @ValueSource(strings = {TCP_SYN, UDP, ARP, TAGGED})
    void framesThatAreCutShortMatchWhatIsThere(String frame) {
        final byte[] whole = octets(frame);
        final CaptureFilter port = CaptureFilter.parse("port 80 or 53 or tcp[13] = 2");
        for (int length = 0; length < whole.length; length++) {
            final byte[] part = Arrays.copyOf(whole, length);
            final FrameView view =
                    new FrameView().at(new CapturedFrame("weir0", Framing.ETHERNET, false, 0, whole.length, part));
            assertTrue(length >= 34 || !port.matches(view), "matched " + length + " octets");
        }
    }

    @Test
    void anyOctetsAreReadWithoutHarm() {
        final long seed = System.nanoTime();
        final Random random = new Random(seed);
        final CaptureFilter filter = CaptureFilter.parse("tcp[13] = 2 or port 7 or vlan 3 or host 1.2.3.4 or less 9");
        final byte[] base = octets(TCP_SYN);
        for (int i = 0; i < 100_000; i++) {
            final byte[] octets = Arrays.copyOf(base, random.nextInt(base.length + 1));
            for (int j = 0; j < 3 && octets.length > 0; j++) {
                octets[random.nextInt(octets.length)] = (byte) random.nextInt();
            }
            final Framing framing = random.nextBoolean() ? Framing.ETHERNET : Framing.IP;
            try {
                filter.matches(new FrameView().at(new CapturedFrame("x", framing, false, 0, octets.length, octets)));
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    @Test
    void aFilterHasAnEnd() {
        assertEquals(wanted("ip"), wanted("ip" + "||ip".repeat(500)));
        final Exception e =
                assertThrows(FilterSyntaxException.class, () -> CaptureFilter.parse("ip" + "||ip".repeat(600)));
        assertTrue(String.valueOf(e.getMessage()).contains("more than 512 terms"), e::toString);
    }
}
