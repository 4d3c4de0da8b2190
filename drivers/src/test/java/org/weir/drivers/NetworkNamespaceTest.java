package org.weir.drivers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.weir.wire.IpPrefix;
import org.weir.wire.MacAddress;

class NetworkNamespaceTest {
    @KernelTest
    void aNewNamespaceHoldsALoopbackInterfaceThatIsDown() throws Exception {
        Namespace.run(() -> {
            assertFalse(KernelInterface.loopback().isUp());
            KernelInterface.loopback().up();
            assertTrue(KernelInterface.loopback().isUp());
            try (ServerSocketChannel server = ServerSocketChannel.open()) {
                server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                SocketChannel.open(server.getLocalAddress()).close();
            }
        });
    }

    @KernelTest
    void aProcessStartedInsideIsInside() throws Exception {
        Namespace.run(() -> {
            try (TapLink link = TapLink.open(TapOptions.tap("inside"))) {
                final Process cat = new ProcessBuilder("cat", "/proc/self/net/dev").start();
                final String interfaces = new String(cat.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
                assertEquals(0, cat.waitFor());
                assertTrue(interfaces.contains(link.name() + ":"), interfaces);
            }
        });
    }

    @KernelTest
    void anInterfaceIsGivenItsAddressMtuAndHardwareAddress() throws Exception {
        Namespace.run(() -> {
            try (TapLink link = TapLink.open(TapOptions.tap("weir0"))) {
                final KernelInterface kernel = KernelInterface.named(link.name());
                final long mac = MacAddress.parse("02:00:00:00:00:01");
                kernel.hardwareAddress(mac);
                kernel.mtu(1280);
                kernel.address(IpPrefix.parse("10.10.10.1/24"));
                kernel.up();
                assertEquals(mac, kernel.hardwareAddress());
                assertEquals(1280, kernel.mtu());
                assertTrue(kernel.isUp());
                final var address = java.net.NetworkInterface.getByName("weir0").getInterfaceAddresses().stream()
                        .filter(a -> a.getNetworkPrefixLength() == 24)
                        .findFirst()
                        .orElseThrow();
                assertEquals("/10.10.10.1", address.getAddress().toString());
                assertEquals("/10.10.10.255", String.valueOf(address.getBroadcast()));
                kernel.down();
                assertFalse(kernel.isUp());
            }
        });
    }

    @KernelTest
    void anInterfaceThatIsNotThereIsNamed() throws Exception {
        Namespace.run(() -> {
            final KernelInterface missing = KernelInterface.named("missing");
            assertFalse(missing.exists());
            assertEquals(
                    "cannot bring up missing: No such device",
                    assertThrows(IOException.class, missing::up).getMessage());
        });
    }

    @Test
    void aMissingPrivilegeIsNamedWithWhatToDo() {
        assertEquals(
                "cannot make a network namespace: Operation not permitted; run as root or with CAP_SYS_ADMIN, or first"
                        + " in a user namespace as by `unshare --user --map-root-user`",
                NetworkNamespace.failure(Errno.EPERM));
    }

    @Test
    void aVirtualThreadIsRefused() throws Exception {
        final Thread thread =
                Thread.ofVirtual().start(() -> assertThrows(IllegalStateException.class, NetworkNamespace::enterNew));
        thread.join();
    }

    @Test
    void anImpossibleNameIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> KernelInterface.named(""));
    }
}
