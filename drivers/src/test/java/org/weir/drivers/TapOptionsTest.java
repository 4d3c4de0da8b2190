package org.weir.drivers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class TapOptionsTest {
    private static String refusal(Runnable construction) {
        return String.valueOf(
                assertThrows(IllegalArgumentException.class, construction::run).getMessage());
    }

    @Test
    void aNameHasUpToFifteenCharacters() {
        assertEquals("fifteen-letters", TapOptions.tap("fifteen-letters").name());
        assertEquals("", TapOptions.tap("").name());
        assertEquals(
                "interface name 'sixteen-letters!' is not 1 to 15 visible ASCII characters without '/' and ':'",
                refusal(() -> TapOptions.tap("sixteen-letters!")));
    }

    @Test
    void aNameThatTheKernelRefusesIsRefused() {
        for (final String name : new String[] {"a b", "a/b", "a:b", ".", "..", "tür", "a\n"}) {
            refusal(() -> TapOptions.tap(name));
        }
    }

    @Test
    void anMtuIsBetweenTheLimits() {
        assertEquals(68, TapOptions.tap("").withMtu(68).mtu());
        assertEquals(
                "MTU 67 is not in 68 to 65535, or 0 for the interface's own",
                refusal(() -> TapOptions.tap("").withMtu(67)));
        refusal(() -> TapOptions.tap("").withMtu(65_536));
    }

    @Test
    void aHardwareAddressIsThatOfOneStation() {
        refusal(() -> TapOptions.tap("").withHardwareAddress(0x0100_0000_0001L));
        refusal(() -> TapOptions.tap("").withHardwareAddress(0x1_0000_0000_0000L));
        refusal(() -> TapOptions.tun("").withHardwareAddress(0x0200_0000_0001L));
    }
}
