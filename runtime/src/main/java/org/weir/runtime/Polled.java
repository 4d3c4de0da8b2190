package org.weir.runtime;

import org.weir.stack.Stack;

/// What a loop polls: a stack, or one that others call in between. Named as the methods of [Stack].
interface Polled {
    int poll(long nowNs);

    long nextDeadlineNs();

    void release();

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
