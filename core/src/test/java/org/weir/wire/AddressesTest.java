package org.weir.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.weir.Property;

class AddressesTest {
    private static void refused(String message, Executable what) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, what).getMessage());
    }

    // ---- IP addresses ----

    @Test
    void anIpv4AddressIsADottedQuad() {
        assertEquals(0x0A0A_0A02, IpAddress.parse("10.10.10.2").ipv4());
        assertEquals("10.10.10.2", IpAddress.ofIpv4(0x0A0A_0A02).toString());
        assertEquals("255.0.128.1", IpAddress.parse("255.0.128.1").toString());
        assertEquals("1.2.3.4", IpAddress.parse("001.02.3.4").toString());
        assertEquals("0.0.0.0", IpAddress.ANY.toString());
    }

    @Test
    void anIpv6AddressIsPrintedAsShortAsItMayBe() {
        assertEquals(
                "2001:db8:0:ffff:8000::1", new IpAddress(0x2001_0DB8_0000_FFFFL, 0x8000_0000_0000_0001L).toString());
        assertEquals("::", new IpAddress(0, 0).toString());
        assertEquals("::1", new IpAddress(0, 1).toString());
        assertEquals("1::", new IpAddress(0x0001_0000_0000_0000L, 0).toString());
        assertEquals("2001:db8::1", new IpAddress(0x2001_0DB8_0000_0000L, 1).toString());
        assertEquals("2001:db8:0:1:1:1:1:1", new IpAddress(0x2001_0DB8_0000_0001L, 0x0001_0001_0001_0001L).toString());
        assertEquals("2001:0:0:1::1", new IpAddress(0x2001_0000_0000_0001L, 1).toString());
        assertEquals("2001:db8::1:0:0:1", new IpAddress(0x2001_0DB8_0000_0000L, 0x0001_0000_0000_0001L).toString());
        assertEquals("fe80::ab:cd", new IpAddress(0xFE80_0000_0000_0000L, 0x00AB_00CDL).toString());
    }

    @Test
    void anyIpv4AddressIsReadAsItWasPrinted() {
        Property.holds(2_000, random -> {
            IpAddress address = IpAddress.ofIpv4(random.nextInt());
            assertEquals(address, IpAddress.parse(address.toString()));
        });
    }

    @Test
    void whatIsNoIpv4AddressIsRefusedByName() {
        for (String text : List.of(
                "",
                ".",
                "...",
                "1.2.3",
                "1.2.3.4.",
                "1.2.3.4.5",
                "256.1.1.1",
                "1.1.1.999",
                "1.2.3.-4",
                " 1.2.3.4",
                "1.2.3.4 ",
                "a.b.c.d",
                "1..2.3",
                "0001.2.3.4",
                "1.2.3.\u0664",
                "0x1.2.3.4",
                "::1",
                "localhost")) {
            refused(
                    "not an IPv4 address: '" + text + "' (expected four decimal octets, as in 10.10.10.2)",
                    () -> IpAddress.parse(text));
        }
    }

    @Test
    void anIpv4AddressIsMappedAsInRfc4291() {
        IpAddress address = IpAddress.ofIpv4(0xFFFF_FFFE);
        assertEquals(0, address.high());
        assertEquals(0x0000_FFFF_FFFF_FFFEL, address.low());
        assertEquals(address.low(), IpAddress.mapped(-2));
        assertEquals(-2, IpAddress.ipv4(address.low()));
        assertTrue(IpAddress.isIpv4(0, 0x0000_FFFF_0000_0000L));
        assertFalse(IpAddress.isIpv4(1, 0x0000_FFFF_0000_0000L));
        assertFalse(IpAddress.isIpv4(0, 0x0001_FFFF_0000_0000L));
        assertFalse(IpAddress.isIpv4(0, 0x0000_FFFE_0000_0000L));
        assertFalse(IpAddress.isIpv4(0, 1));
    }

    // ---- prefixes ----

    @Test
    void aPrefixIsAnAddressWithALength() {
        IpPrefix prefix = IpPrefix.parse("10.10.10.2/24");
        assertEquals(IpAddress.parse("10.10.10.2"), prefix.address());
        assertEquals(24, prefix.length());
        assertEquals("10.10.10.2/24", prefix.toString());
        assertEquals(0xFFFF_FF00, prefix.mask());
        assertEquals(0x0A0A_0AFF, prefix.broadcast());
    }

    @Test
    void aPrefixContainsExactlyTheAddressesWithItsLeadingBits() {
        Property.holds(500, random -> {
            int address = random.nextInt();
            for (int length = 0; length <= 32; length++) {
                IpPrefix prefix = new IpPrefix(IpAddress.ofIpv4(address), length);
                assertTrue(prefix.contains(address));
                assertTrue(prefix.contains(prefix.broadcast()));
                assertEquals(length, Integer.bitCount(prefix.mask()));
                for (int bit = 0; bit < 32; bit++) {
                    assertEquals(bit < 32 - length, prefix.contains(address ^ 1 << bit));
                }
            }
        });
    }

    @Test
    void theShortestAndTheLongestPrefixHaveNoShiftByThirtyTwo() {
        assertEquals(0, IpPrefix.parse("1.2.3.4/0").mask());
        assertEquals(-1, IpPrefix.parse("1.2.3.4/0").broadcast());
        assertEquals(-1, IpPrefix.parse("1.2.3.4/32").mask());
        assertEquals(0x0102_0304, IpPrefix.parse("1.2.3.4/32").broadcast());
    }

    @Test
    void whatIsNoPrefixIsRefusedByName() {
        for (String text : List.of("", "10.0.0.1", "10.0.0.1/", "10.0.0.1/x", "10.0.0.1/-1", "10.0.0.1/100", "1/2/3")) {
            refused(
                    "not an address with a prefix length: '" + text + "' (expected as in 10.10.10.2/24)",
                    () -> IpPrefix.parse(text));
        }
        refused("prefix length 33 of 10.0.0.1 is not in 0 to 32", () -> IpPrefix.parse("10.0.0.1/33"));
        refused("prefix length -1 of 0.0.0.0 is not in 0 to 32", () -> new IpPrefix(IpAddress.ANY, -1));
        refused(
                "not an IPv4 address: '' (expected four decimal octets, as in 10.10.10.2)",
                () -> IpPrefix.parse("/24"));
    }

    // ---- MAC addresses ----

    @Test
    void aMacAddressIsSixHexadecimalOctets() {
        assertEquals(0x0200_0000_0001L, MacAddress.parse("02:00:00:00:00:01"));
        assertEquals(0xABCD_EF01_2345L, MacAddress.parse("AB-cd-EF-1-23-45"));
        assertEquals("ab:cd:ef:01:23:45", MacAddress.format(0xABCD_EF01_2345L));
        assertEquals("ff:ff:ff:ff:ff:ff", MacAddress.format(MacAddress.BROADCAST));
    }

    @Test
    void anyMacAddressIsReadAsItWasPrinted() {
        Property.holds(2_000, random -> {
            long mac = random.nextLong() >>> 16;
            assertEquals(mac, MacAddress.parse(MacAddress.format(mac)));
        });
    }

    @Test
    void whatIsNoMacAddressIsRefusedByName() {
        for (String text : List.of(
                "",
                "02:00:00:00:00",
                "02:00:00:00:00:01:02",
                "02:00:00:00:00:0g",
                "2:0:0:0:0:",
                "02:00:00:00:00:001")) {
            refused(
                    "not a MAC address: '" + text + "' (expected six hexadecimal octets, as in 02:00:00:00:00:01)",
                    () -> MacAddress.parse(text));
        }
    }

    @Test
    void groupsAreTheAddressesOfClassD() {
        assertFalse(IpAddress.isMulticast(0xDFFF_FFFF));
        assertTrue(IpAddress.isMulticast(0xE000_0000));
        assertTrue(IpAddress.isMulticast(0xEFFF_FFFF));
        assertFalse(IpAddress.isMulticast(0xF000_0000));
    }

    @Test
    void theLow23BitsOfAGroupAreItsHardwareAddress() {
        assertEquals("01:00:5e:7f:ff:ff", MacAddress.format(MacAddress.ofGroup(0xEFFF_FFFF)));
        assertEquals("01:00:5e:01:02:03", MacAddress.format(MacAddress.ofGroup(0xE081_0203)));
    }

    @Test
    void aGroupAddressHasTheLowestBitOfItsFirstOctetSet() {
        assertTrue(MacAddress.isGroup(MacAddress.BROADCAST));
        assertTrue(MacAddress.isGroup(MacAddress.parse("01:00:5e:00:00:01")));
        assertFalse(MacAddress.isGroup(MacAddress.parse("fe:ff:ff:ff:ff:ff")));
    }
}
