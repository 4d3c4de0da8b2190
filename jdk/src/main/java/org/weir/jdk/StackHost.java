package org.weir.jdk;

import java.net.SocketException;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.weir.runtime.SharedStack;
import org.weir.runtime.StackCall;
import org.weir.runtime.StackEndedException;
import org.weir.stack.Sockets;
import org.weir.stack.Stack;

/// The stack as channels use it: its end is an exception that they may throw, and wakes all who wait.
final class StackHost {
    private final SharedStack shared;
    private final SegmentViews views = new SegmentViews();
    private final Set<StackSocket> open = ConcurrentHashMap.newKeySet();

    StackHost(SharedStack shared) {
        this.shared = shared;
        shared.call(new StackCall() {
            @Override
            protected void run(Stack stack) {
                shared.atEnd(StackHost.this::wakeAll);
            }
        });
    }

    private void wakeAll() {
        open.forEach(StackSocket::lookAgain);
    }

    /// Where somebody waits for what this stack does.
    Gate newGate() {
        return new Gate(shared);
    }

    SegmentViews views() {
        return views;
    }

    void opened(StackSocket socket) {
        open.add(socket);
    }

    void closed(StackSocket socket) {
        open.remove(socket);
    }

    /// Runs `call`.
    ///
    /// @throws SocketException if the stack has ended
    void call(StackCall call) throws SocketException {
        try {
            shared.call(call);
        } catch (StackEndedException e) {
            final SocketException ended = new SocketException("The network stack has ended");
            ended.initCause(e);
            throw ended;
        }
    }

    /// A short question to the sockets, for what is not asked often.
    @FunctionalInterface
    interface Question {
        int ask(Sockets sockets);
    }

    /// The answer, which is negative for an error.
    int ask(Question question) throws SocketException {
        final Answer answer = new Answer(question);
        call(answer);
        return answer.result;
    }

    /// As [#ask]; an error is thrown.
    int demand(Question question) throws SocketException {
        final int result = ask(question);
        if (result < 0) {
            throw Failures.of(result);
        }
        return result;
    }

    /// What `question` makes of the stack, for set-up and display.
    <T> T inspect(Function<Stack, T> question) throws SocketException {
        final Inspection<T> inspection = new Inspection<>(question);
        call(inspection);
        return Objects.requireNonNull(inspection.result);
    }

    private static final class Inspection<T> extends StackCall {
        private final Function<Stack, T> question;
        private @Nullable T result;

        Inspection(Function<Stack, T> question) {
            this.question = question;
        }

        @Override
        protected void run(Stack stack) {
            result = question.apply(stack);
        }
    }

    private static final class Answer extends StackCall {
        private final Question question;
        private int result;

        Answer(Question question) {
            this.question = question;
        }

        @Override
        protected void run(Stack stack) {
            result = question.ask(stack.sockets());
        }
    }

    @Override
    public String toString() {
        return shared.toString();
    }
}
