package org.weir.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.weir.drivers.KernelInterface;
import org.weir.drivers.NetworkNamespace;
import org.weir.wire.IpPrefix;

/// A network namespace for one test, and shells in it.
final class OwnNetwork {
    private static final int LIMIT_S = 60;

    private OwnNetwork() {}

    /// What happens in the namespace.
    @FunctionalInterface
    interface Body {
        void run() throws Exception;
    }

    /// Runs `body` in a thread that has a network of its own; processes that it starts share that.
    static void run(Body body) throws Exception {
        final CompletableFuture<Void> done = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                NetworkNamespace.enterNew();
                KernelInterface.loopback().up();
                body.run();
                done.complete(null);
            } catch (Exception | AssertionError e) {
                done.completeExceptionally(e);
            }
        });
        done.get(2 * LIMIT_S, TimeUnit.SECONDS);
    }

    /// What a shell's `script` prints, which ends within a minute.
    static String shell(String script) throws Exception {
        final Process process =
                new ProcessBuilder("sh", "-c", script).redirectErrorStream(true).start();
        final String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertTrue(process.waitFor(LIMIT_S, TimeUnit.SECONDS));
        return output;
    }

    /// Gives the kernel's end of a device the address `prefix`, and takes it up.
    static void configure(String name, String prefix) throws Exception {
        final KernelInterface kernel = KernelInterface.named(name);
        kernel.address(IpPrefix.parse(prefix));
        kernel.up();
    }
}
