package org.weir.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.weir.Property;

class PacketPrinterTest {
    /// A SYN of Linux from 10.10.10.1:40000 to 10.10.10.2:80.
    private static final String SYN = "0200000000020200000000010800"
            + "4500003c1c4640004006f6600a0a0a010a0a0a02"
            + "9c400050fffffffa00000000a002faf0e6320000"
            + "020405b40402080a0000000100000000" + "01030307";

    private final PacketPrinter printer = new PacketPrinter();

    private String print(String hex) {
        return print(HexFormat.of().parseHex(hex));
    }

    private String print(byte[] frame) {
        return printer.ethernet(MemorySegment.ofArray(frame), 0, frame.length);
    }

    /// The IP packet with this protocol and payload, from 10.10.10.1 to 10.10.10.2.
    private static String packet(int protocol, String payload) {
        return "0200000000020200000000010800" + "4500"
                + HexFormat.of().toHexDigits((short) (20 + payload.length() / 2))
                + "0000000040" + HexFormat.of().toHexDigits((byte) protocol)
                + "00000a0a0a010a0a0a02" + payload;
    }

    @Test
    void aSynIsPrintedWithItsOptions() {
        assertEquals(
                "10.10.10.1:40000 > 10.10.10.2:80 SYN seq 4294967290 win 64240 length 0"
                        + " mss 1460 wscale 7 sackOK ts 1/0",
                print(SYN));
    }

    @Test
    void anAcknowledgmentIsPrintedWithItsSackBlocks() {
        assertEquals(
                "10.10.10.1:1 > 10.10.10.2:2 PSH ACK seq 5 ack 4294967295 win 9 length 3 sack 16-4294967280",
                print(packet(
                        6,
                        "00010002" + "00000005" + "ffffffff" + "8018" + "0009" + "00000000" + "0101050a" + "00000010"
                                + "fffffff0" + "616263")));
    }

    @Test
    void everyFlagHasItsName() {
        String[] names = {"FIN", "SYN", "RST", "PSH", "ACK"};
        for (int bit = 0; bit < names.length; bit++) {
            String line = print(packet(
                    6,
                    "00010002" + "0000000500000006" + "50" + HexFormat.of().toHexDigits((byte) (1 << bit))
                            + "000900000000"));
            assertTrue(line.startsWith("10.10.10.1:1 > 10.10.10.2:2 " + names[bit] + " seq 5"), line);
            assertEquals(bit == 4, line.contains("ack 6"), line);
        }
        String line = print(packet(6, "00010002000000050000000650e0000900000000"));
        assertEquals("10.10.10.1:1 > 10.10.10.2:2 no flags seq 5 win 9 length 0", line);
    }

    @Test
    void udpIcmpArpAndOthersArePrinted() {
        assertEquals("10.10.10.1 > 10.10.10.2 UDP 53 > 40000 length 4", print(packet(17, "00359c40000c000061626364")));
        assertEquals("10.10.10.1 > 10.10.10.2 ICMP echo request 7", print(packet(1, "0800000000010007")));
        assertEquals("10.10.10.1 > 10.10.10.2 ICMP echo reply 7", print(packet(1, "0000000000010007")));
        assertEquals("10.10.10.1 > 10.10.10.2 ICMP type 3 code 4", print(packet(1, "0304000000010007")));
        assertEquals("10.10.10.1 > 10.10.10.2 protocol 89, 3 octets", print(packet(89, "010203")));
        String arp = "0001080006040001" + "020000000001" + "0a0a0a01" + "000000000000" + "0a0a0a02";
        String ethernet = "ffffffffffff0200000000010806";
        assertEquals("ARP who has 10.10.10.2? tell 10.10.10.1", print(ethernet + arp));
        assertEquals("ARP 10.10.10.1 is at 02:00:00:00:00:01", print(ethernet + arp.replace("06040001", "06040002")));
        assertEquals("Ethernet type 0x86dd, 2 octets", print("ffffffffffff02000000000186ddabcd"));
        String tag = "ffffffffffff0200000000018100a007";
        assertEquals("vlan 7 p 5, ARP who has 10.10.10.2? tell 10.10.10.1", print(tag + "0806" + arp));
        assertEquals("vlan 7 p 5, another tag", print(tag + "8100a0070800"));
        assertEquals("vlan 7 p 5, Ethernet type 0x86dd, 1 octets", print(tag + "86ddab"));
    }

    @Test
    void igmpIsPrintedWithItsGroupsAndSources() {
        String ends = "10.10.10.1 > 10.10.10.2 ";
        assertEquals(ends + "IGMP query v1", print(packet(2, "1100000000000000")));
        assertEquals(ends + "IGMP query v2 [gaddr 239.1.1.1]", print(packet(2, "11640000ef010101")));
        assertEquals(
                ends + "IGMP query v3 [gaddr 239.1.1.1 { 10.0.0.1 }]",
                print(packet(2, "11640000ef010101027d00010a000001")));
        assertEquals(ends + "IGMP v1 report 239.1.1.1", print(packet(2, "12000000ef010101")));
        assertEquals(ends + "IGMP v2 report 239.1.1.1", print(packet(2, "16000000ef010101")));
        assertEquals(ends + "IGMP leave 239.1.1.1", print(packet(2, "17000000ef010101")));
        assertEquals(ends + "IGMP type 66", print(packet(2, "42000000ef010101")));
        String[] types = {"type 0", "is_in", "is_ex", "to_in", "to_ex", "allow", "block"};
        for (int type = 0; type < types.length; type++) {
            assertEquals(
                    ends + "IGMP v3 report, 1 group record(s) [gaddr 239.1.1.1 " + types[type] + " { 10.0.0.1 }]",
                    print(packet(2, "2200000000000001" + "0" + type + "000001ef0101010a000001")));
        }
        assertEquals(
                ends + "IGMP v3 report, 2 group record(s) [gaddr 239.1.1.1 to_ex { }] [gaddr 239.1.1.2 to_in { }]",
                print(packet(2, "2200000000000002" + "04010000ef010101" + "77777777" + "03000000ef010102")),
                "auxiliary data are passed over");
    }

    @Test
    void whatIsCutShortSaysSo() {
        assertEquals("runt of 13 octets", print("ffffffffffff02000000000108"));
        assertEquals("VLAN tag, cut short", print("ffffffffffff02000000000181000007ab"));
        assertEquals("ARP, cut short", print("ffffffffffff0200000000010806" + "00".repeat(27)));
        assertEquals("IPv4, cut short", print("ffffffffffff0200000000010800" + "00".repeat(19)));
        assertEquals("10.10.10.1 > 10.10.10.2 ICMP, cut short", print(packet(1, "08000000000100")));
        assertEquals("10.10.10.1 > 10.10.10.2 IGMP, cut short", print(packet(2, "11000000000000")));
        assertEquals(
                "10.10.10.1 > 10.10.10.2 IGMP v3 report, 9 group record(s) [gaddr 239.1.1.1 to_ex { }]",
                print(packet(2, "2200000000000009" + "04000009ef010101" + "0a")));
        assertEquals("10.10.10.1 > 10.10.10.2 UDP, cut short", print(packet(17, "08000000000100")));
        assertEquals("10.10.10.1 > 10.10.10.2 TCP, cut short", print(packet(6, "00".repeat(19))));
    }

    @Test
    void thePaddingOfAShortFrameIsNotPayload() {
        String line = print(packet(6, "0001000200000005000000065010000900000000") + "ffffffffffff");
        assertEquals("10.10.10.1:1 > 10.10.10.2:2 ACK seq 5 ack 6 win 9 length 0", line);
    }

    @Test
    void anyPrefixOfAFramePrintsAndReadsNothingBehindIt() {
        byte[] syn = HexFormat.of().parseHex(SYN);
        for (int length = 0; length <= syn.length; length++) {
            assertFalse(print(Arrays.copyOf(syn, length)).isEmpty());
        }
    }

    @Test
    void aFrameWithAnyDamagePrintsAndReadsNothingBehindIt() {
        Property.holds(20_000, random -> {
            byte[] frame = damaged(random);
            assertFalse(print(frame).isEmpty());
        });
    }

    private static byte[] damaged(Random random) {
        if (random.nextInt(4) == 0) {
            return Property.octets(random, random.nextInt(100));
        }
        byte[] frame = Arrays.copyOf(HexFormat.of().parseHex(SYN), 20 + random.nextInt(60));
        int[] protocols = {1, 2, 6, 17, 99};
        if (frame.length > 23) {
            frame[23] = (byte) protocols[random.nextInt(protocols.length)];
        }
        for (int i = random.nextInt(6); i > 0; i--) {
            frame[12 + random.nextInt(frame.length - 12)] = (byte) random.nextInt();
        }
        return frame;
    }
}
