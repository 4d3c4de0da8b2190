package org.weir.drivers;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/// Runs a test in a network namespace that goes with it.
final class Namespace {
    private static final int LIMIT_SECONDS = 60;

    /// What is run there.
    @FunctionalInterface
    interface Body {
        void run() throws Exception;
    }

    private Namespace() {}

    /// Runs `body` on a thread of its own in a new namespace, and throws what it throws.
    static void run(Body body) throws Exception {
        final CompletableFuture<Void> outcome = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("namespace").start(() -> {
            try {
                NetworkNamespace.enterNew();
                body.run();
                outcome.complete(null);
            } catch (Throwable t) {
                outcome.completeExceptionally(t);
            }
        });
        try {
            outcome.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw (Exception) e.getCause();
        }
    }
}
