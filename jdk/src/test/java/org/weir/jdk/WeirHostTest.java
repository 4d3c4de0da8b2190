package org.weir.jdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.ThrowingSupplier;
import org.weir.drivers.NetworkNamespace;
import org.weir.drivers.TapLink;
import org.weir.drivers.TapOptions;

/// Hosts on devices of a network namespace of their own: one that cannot start says why and leaves nothing behind.
@Tag("kernel")
@Timeout(60)
final class WeirHostTest {
    private static <T> World.Task<T> inNamespace(Callable<T> body) {
        return World.platform(() -> {
            NetworkNamespace.enterNew();
            return body.call();
        });
    }

    @BeforeAll
    static void needsADevice() throws Exception {
        final World.Task<Boolean> trial = inNamespace(() -> {
            TapLink.open(TapOptions.tap("")).close();
            return true;
        });
        try {
            assertTrue(trial.get());
        } catch (ExecutionException e) {
            assumeTrue(false, String.valueOf(e.getCause()));
        }
    }

    private static HostSettings settings(String... values) {
        final Properties properties = new Properties();
        properties.setProperty("ip", "10.77.0.2/24");
        properties.setProperty("pages", "512");
        for (final String value : values) {
            properties.setProperty(value.substring(0, value.indexOf('=')), value.substring(value.indexOf('=') + 1));
        }
        return HostSettings.of(properties);
    }

    private static int descriptors() {
        return Objects.requireNonNull(new File("/proc/self/fd").list()).length;
    }

    private static long hostThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("weir "))
                .count();
    }

    /// What the failing `open` throws, which holds nothing afterwards.
    private static <E extends Exception> String failure(Class<E> type, ThrowingSupplier<WeirHost> open) {
        assertThrows(type, open::get);
        final int descriptors = descriptors();
        final long threads = hostThreads();
        String message = "";
        for (int i = 0; i < 5; i++) {
            message = String.valueOf(assertThrows(type, open::get).getMessage());
        }
        assertEquals(descriptors, descriptors());
        assertEquals(threads, hostThreads());
        return message;
    }

    @Test
    void aDeviceThatIsNoTapIsNamed() throws Exception {
        final HostSettings loopback = settings("tap=lo");
        final String message = inNamespace(() -> failure(IOException.class, () -> WeirHost.open(loopback)))
                .get();
        assertTrue(message.startsWith("cannot open TAP lo: "), message);
    }

    @Test
    void aDeviceThatAnotherHostHasIsNamed() throws Exception {
        final String message = inNamespace(() -> {
                    try (WeirHost first = WeirHost.open(settings("tap=t0"))) {
                        assertEquals("weir t0", first.toString());
                        return failure(IOException.class, () -> WeirHost.open(settings("tap=t0")));
                    }
                })
                .get();
        assertTrue(message.startsWith("cannot open TAP t0: another program has it open"), message);
    }

    @Test
    void aGatewayOfAnotherNetworkIsNamedAndTheDeviceIsFreeAgain() throws Exception {
        final String message = inNamespace(() -> {
                    final String failed = failure(
                            IllegalArgumentException.class,
                            () -> WeirHost.open(settings("tun=t1", "gateway=10.99.0.1")));
                    WeirHost.open(settings("tun=t1", "gateway=10.77.0.1")).close();
                    return failed;
                })
                .get();
        assertTrue(message.contains("10.99.0.1"), message);
    }

    @Test
    void aHostThatIsClosedLeavesNothing() throws Exception {
        final boolean done = inNamespace(() -> {
                    WeirHost.open(settings("tap=t2")).close();
                    final int descriptors = descriptors();
                    final long threads = hostThreads();
                    for (int i = 0; i < 5; i++) {
                        final WeirHost host = WeirHost.open(settings("tap=t2"));
                        assertEquals(threads + 1, hostThreads());
                        host.close();
                        host.close();
                    }
                    assertEquals(descriptors, descriptors());
                    assertEquals(threads, hostThreads());
                    return true;
                })
                .get();
        assertTrue(done);
    }
}
