package org.weir.drivers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.weir.link.Framing;
import org.weir.link.LinkCapabilities;

class TapLinkTest {
    private static final long TUNSETPERSIST = 0x400454cbL;

    @KernelTest
    void aNewTapIsAnInterfaceOfTheNamespaceUntilItIsClosed() throws Exception {
        Namespace.run(() -> {
            final KernelInterface kernel = KernelInterface.named("weir0");
            assertFalse(kernel.exists());
            final TapLink link = TapLink.open(TapHost.options());
            assertTrue(kernel.exists());
            assertEquals("weir0", link.name());
            link.close();
            assertFalse(kernel.exists());
        });
    }

    @KernelTest
    void aLinkHasACarrierWhileTheKernelsEndIsUp() throws Exception {
        Namespace.run(() -> {
            final KernelInterface kernel = KernelInterface.named("weir0");
            final TapLink link = TapLink.open(TapHost.options());
            assertFalse(link.hasCarrier(), "new");
            kernel.up();
            assertTrue(link.hasCarrier());
            kernel.down();
            assertFalse(link.hasCarrier());
            kernel.up();
            link.close();
            assertFalse(link.hasCarrier());
        });
    }

    @KernelTest
    void theKernelChoosesANameWhereNoneIsGiven() throws Exception {
        Namespace.run(() -> {
            try (TapLink link = TapLink.open(TapOptions.tap(""))) {
                assertEquals("tap0", link.name());
                final long mac = link.capabilities().hardwareAddress();
                assertEquals(0x02, mac >>> 40 & 0x03, "a station's address, administered locally");
                assertNotEquals(KernelInterface.named("tap0").hardwareAddress(), mac);
            }
        });
    }

    @KernelTest
    void offloadIsDeclaredWhereItWasAskedFor() throws Exception {
        Namespace.run(() -> {
            try (TapLink link = TapLink.open(TapHost.options())) {
                assertTrue(link.capabilities().checksumOut());
                assertTrue(link.capabilities().segmentationLimit() > 60_000);
                assertEquals(1500, link.capabilities().mtu());
            }
            try (TapLink link = TapLink.open(TapHost.options().withoutOffload().withMtu(1280))) {
                final LinkCapabilities expected =
                        new LinkCapabilities(Framing.ETHERNET, TapHost.MAC, 1280, false, 0, false, 1000);
                assertEquals(expected, link.capabilities());
            }
        });
    }

    @KernelTest
    void aPersistentTapIsOpenedAgainAndAgain() throws Exception {
        Namespace.run(() -> {
            final TunDevice.Opened made = TunDevice.open(TapOptions.tap("weir0").withoutOffload());
            assertEquals(0, Libc.ioctl(made.fileDescriptor(), TUNSETPERSIST, 1));
            Libc.close(made.fileDescriptor());
            KernelInterface.named("weir0").mtu(9000);
            try (TapHost host = TapHost.open(TapHost.options())) {
                assertEquals(9000, host.link.capabilities().mtu());
                host.resolveKernel();
            }
            try (TapHost host = TapHost.open(TapHost.options().withoutOffload())) {
                host.resolveKernel();
            }
        });
    }

    @KernelTest
    void aDeviceThatIsOpenAlreadyIsBusy() throws Exception {
        Namespace.run(() -> {
            try (TapLink link = TapLink.open(TapHost.options())) {
                final IOException e = assertThrows(IOException.class, () -> TapLink.open(TapHost.options()));
                assertEquals(
                        "cannot open TAP " + link.name() + ": another program has it open (Device or resource busy);"
                                + " stop that program or take another name",
                        e.getMessage());
            }
        });
    }

    @KernelTest
    void anInterfaceOfAnotherKindIsRefused() throws Exception {
        Namespace.run(() -> {
            final IOException e = assertThrows(IOException.class, () -> TapLink.open(TapOptions.tap("lo")));
            assertEquals(
                    "cannot open TAP lo: an interface of that name exists and is not a TAP with one queue (Invalid"
                            + " argument); take another name",
                    e.getMessage());
        });
    }
}
