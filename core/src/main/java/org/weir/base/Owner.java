package org.weir.base;

import org.jspecify.annotations.Nullable;

/// The one thread that may call a stack. The first caller becomes it; [#release] lets another one follow.
public final class Owner {
    private @Nullable Thread thread;
    /// The owner while nobody may call.
    private @Nullable Thread suspended;

    /// Makes sure that the caller is the owner.
    ///
    /// @throws IllegalStateException if another thread is, whose name the message has, or between [#suspend] and
    /// [#resume]
    public void check() {
        final Thread caller = Thread.currentThread();
        if (thread != caller) {
            claim(caller);
        }
    }

    private void claim(Thread caller) {
        if (suspended == caller) {
            throw new IllegalStateException("this stack is in the middle of a packet: a filter must not call it");
        }
        if (suspended != null) {
            throw belongsTo(suspended, caller);
        }
        if (thread != null) {
            throw belongsTo(thread, caller);
        }
        thread = caller;
    }

    private static IllegalStateException belongsTo(Thread owner, Thread caller) {
        return new IllegalStateException(
                "this stack belongs to thread '" + owner.getName() + "' and was called by '" + caller.getName() + "'");
    }

    /// The owner calls somebody who must not call back: until [#resume], [#check] throws, and this too.
    public void suspend() {
        if (suspended != null) {
            check();
        }
        suspended = Thread.currentThread();
        thread = null;
    }

    /// Ends [#suspend].
    public void resume() {
        thread = suspended;
        suspended = null;
    }

    /// The caller, who is the owner, gives the stack up; the next caller becomes the owner. The hand-over itself
    /// must be safely published, for instance through a queue.
    public void release() {
        check();
        thread = null;
    }
}
