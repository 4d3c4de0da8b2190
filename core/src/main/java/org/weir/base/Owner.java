package org.weir.base;

import org.jspecify.annotations.Nullable;

/// The one thread that may call a stack. The first caller becomes it; [#release] lets another one follow.
public final class Owner {
    private @Nullable Thread thread;

    /// Makes sure that the caller is the owner.
    ///
    /// @throws IllegalStateException if another thread is; the message names both
    public void check() {
        final Thread caller = Thread.currentThread();
        if (thread != caller) {
            claim(caller);
        }
    }

    private void claim(Thread caller) {
        if (thread != null) {
            throw new IllegalStateException("this stack belongs to thread '" + thread.getName()
                    + "' and was called by '" + caller.getName() + "'");
        }
        thread = caller;
    }

    /// The caller, who is the owner, gives the stack up; the next caller becomes the owner. The hand-over itself
    /// must be safely published, for instance through a queue.
    public void release() {
        check();
        thread = null;
    }
}
