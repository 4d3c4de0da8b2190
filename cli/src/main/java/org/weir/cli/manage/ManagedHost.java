package org.weir.cli.manage;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.weir.dns.Resolver;
import org.weir.runtime.LoopAccess;
import org.weir.runtime.StackCall;
import org.weir.runtime.bsd.BlockingSockets;
import org.weir.runtime.os.ThreadPort;
import org.weir.stack.Stack;

/// The host that is asked, as its management sees it: a stack that is called in its own thread.
public final class ManagedHost {
    private final LoopAccess access;
    private final Resolver resolver;
    private final Supplier<List<Statistic>> others;
    private final long epochOffsetNs;
    private @Nullable BlockingSockets sockets;

    /// @param resolver the host's, which ends before the host
    /// @param others counts that are not the stack's; asked in the stack's thread
    /// @param epochOffsetNs what is added to the stack's time to give nanoseconds since 1970
    public ManagedHost(LoopAccess access, Resolver resolver, Supplier<List<Statistic>> others, long epochOffsetNs) {
        this.access = access;
        this.resolver = resolver;
        this.others = others;
        this.epochOffsetNs = epochOffsetNs;
    }

    long epochOffsetNs() {
        return epochOffsetNs;
    }

    List<Statistic> otherStatistics() {
        return others.get();
    }

    /// What `question` says of the stack, asked by its owner between two polls: it must not take long.
    ///
    /// @throws org.weir.runtime.StackEndedException if the host has ended
    <T> T ask(Function<Stack, T> question) {
        final Asked<T> call = new Asked<>(question);
        access.call(call);
        return call.answer();
    }

    /// What comes of `question`, which its owner begins to ask and which is answered later, at the latest when the
    /// host ends.
    ///
    /// @throws org.weir.runtime.StackEndedException if the host has ended
    <T> T await(BiConsumer<Stack, CompletableFuture<T>> question) {
        final CompletableFuture<T> answer = new CompletableFuture<>();
        ask(stack -> {
            question.accept(stack, answer);
            return true;
        });
        return answer.join();
    }

    /// Asked in the stack's thread.
    Resolver resolver() {
        return resolver;
    }

    private static final class Asked<T> extends StackCall {
        private final Function<Stack, T> question;
        private @Nullable T answer;

        Asked(Function<Stack, T> question) {
            this.question = question;
        }

        @Override
        protected void run(Stack stack) {
            answer = question.apply(stack);
        }

        T answer() {
            if (answer == null) {
                throw new IllegalStateException("the stack was not asked");
            }
            return answer;
        }
    }

    /// Sockets of this stack, for threads that wait. Made for the first client that wants them.
    synchronized BlockingSockets sockets() {
        BlockingSockets made = sockets;
        if (made == null) {
            made = new BlockingSockets(access, ThreadPort.platform());
            sockets = made;
        }
        return made;
    }
}
