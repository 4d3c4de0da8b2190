package org.weir.runtime;

import org.weir.stack.Stack;

/// What a loop polls: a stack, or what is polled in its place. Most methods are named as those of [Stack].
public interface Polled {
    int poll(long nowNs);

    long nextDeadlineNs();

    void release();

    /// Waits while somebody else polls, before each turn of the loop.
    default void awaitTurn() {}

    static Polled of(Stack stack) {
        return new Polled() {
            @Override
            public int poll(long nowNs) {
                return stack.poll(nowNs);
            }

            @Override
            public long nextDeadlineNs() {
                return stack.nextDeadlineNs();
            }

            @Override
            public void release() {
                stack.release();
            }
        };
    }
}
