package org.weir.jdk;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.weir.dns.AddressFamily;
import org.weir.dns.Answer;
import org.weir.dns.HostAnswer;
import org.weir.dns.Resolver;
import org.weir.dns.ResolverConfig;
import org.weir.runtime.SharedStack;
import org.weir.runtime.StackCall;
import org.weir.stack.Stack;
import org.weir.wire.IpAddress;

/// A [Resolver] that any thread may ask, and wait for. An interrupt does not end the wait; it stays set.
final class SharedResolver {
    private final SharedStack stack;
    // Of the stack's owner.
    private final Set<Wait<?>> waiting = new HashSet<>();
    private @Nullable Resolver resolver;

    /// @throws IllegalStateException if the stack runs no more
    SharedResolver(SharedStack stack, ResolverConfig config) {
        this.stack = stack;
        stack.call(new StackCall() {
            @Override
            protected void run(Stack own) {
                resolver = Resolver.start(own, config);
                stack.atEnd(SharedResolver.this::refuse);
            }
        });
    }

    /// @throws IllegalStateException if the stack runs no more, or ends meanwhile
    HostAnswer lookup(String host) {
        return await((own, answer) -> own.lookup(host, AddressFamily.IPV4, answer::complete));
    }

    /// @throws IllegalStateException if the stack runs no more, or ends meanwhile
    Answer reverse(IpAddress address) {
        return await((own, answer) -> own.reverse(address, answer::complete));
    }

    private <T> T await(BiConsumer<Resolver, CompletableFuture<T>> question) {
        final Wait<T> wait = new Wait<>();
        stack.call(new StackCall() {
            @Override
            protected void run(Stack own) {
                if (resolver != null) {
                    waiting.add(wait);
                    question.accept(resolver, wait.answer);
                }
            }
        });
        try {
            return wait.answer.join();
        } catch (CompletionException e) {
            throw new IllegalStateException("the stack has ended", e);
        }
    }

    private void refuse() {
        for (final Wait<?> each : List.copyOf(waiting)) {
            each.answer.completeExceptionally(new IllegalStateException("the stack has ended"));
        }
    }

    /// A thread that waits.
    private final class Wait<T> {
        final CompletableFuture<T> answer = new CompletableFuture<>();

        Wait() {
            // By the owner, who alone completes it.
            answer.whenComplete((_, _) -> waiting.remove(this));
        }
    }
}
