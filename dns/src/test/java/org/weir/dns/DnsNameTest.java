package org.weir.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.weir.wire.IpAddress;

class DnsNameTest {
    @ParameterizedTest
    @CsvSource({
        "www.weir.test, www.weir.test.",
        "www.weir.test., www.weir.test.",
        "., .",
        "a\\.b.test, a\\.b.test.",
        "a\\032b.test, a\\032b.test.",
        "\\\\.test, \\\\.test.",
        "\\097.test, a.test.",
    })
    void aNameReadsAsItIsWritten(String text, String expected) {
        assertEquals(expected, DnsName.parse(text).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "..", ".test", "a..test", "a\\", "a\\25", "a\\256", "\u0100"})
    void whatIsNoNameIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> DnsName.parse(text));
    }

    @Test
    void labelsHave63OctetsAndNames255() {
        final String label = "a".repeat(63);
        assertEquals(1, DnsName.parse(label).labels());
        assertThrows(IllegalArgumentException.class, () -> DnsName.parse(label + "a"));
        final String longest = label + "." + label + "." + label + "." + "a".repeat(61);
        assertEquals(255, DnsName.parse(longest).length());
        assertThrows(IllegalArgumentException.class, () -> DnsName.parse(longest + "a"));
        assertThrows(
                IllegalArgumentException.class, () -> DnsName.parse(longest).under(DnsName.parse("a")));
    }

    @Test
    void namesDifferByMoreThanCase() {
        assertEquals(DnsName.parse("WWW.Weir.test"), DnsName.parse("www.weir.TEST."));
        assertEquals(
                DnsName.parse("WWW.Weir.test").hashCode(),
                DnsName.parse("www.weir.TEST.").hashCode());
        assertNotEquals(DnsName.parse("www.weir.test"), DnsName.parse("www.weir.tes"));
        assertNotEquals(DnsName.parse("a.b"), DnsName.parse("a\\.b"));
        assertNotEquals(DnsName.parse("[.test"), DnsName.parse("{.test"), "these are no letters");
    }

    @Test
    void aNameIsUnderItselfAndWhatEndsIt() {
        final DnsName name = DnsName.parse("www.Weir.test");
        assertTrue(name.isUnder(name));
        assertTrue(name.isUnder(DnsName.parse("weir.test")));
        assertTrue(name.isUnder(DnsName.ROOT));
        assertFalse(name.isUnder(DnsName.parse("eir.test")));
        assertFalse(DnsName.parse("weir.test").isUnder(name));
        assertEquals(
                "www.weir.test.",
                DnsName.parse("www").under(DnsName.parse("weir.test")).toString());
    }

    @Test
    void hostsMayHaveLettersOfAnyLanguage() {
        assertEquals("xn--mnchen-3ya.test.", DnsName.ofHost("m\u00fcnchen.test").toString());
        assertTrue(DnsName.parse("a-1_b.test").isHostName());
        assertFalse(DnsName.parse("a b.test").isHostName());
        assertFalse(DnsName.ROOT.isHostName());
    }

    @Test
    void anAddressHasANameThatPointsToIt() {
        assertEquals(
                "80.2.0.192.in-addr.arpa.",
                DnsName.reverse(IpAddress.parse("192.0.2.80")).toString());
        assertEquals(
                "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.",
                DnsName.reverse(new IpAddress(0x20010db8_00000000L, 1)).toString());
    }
}
