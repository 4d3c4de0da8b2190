package org.weir.jdk;

import org.jspecify.annotations.Nullable;
import org.weir.stack.Stack;

/// What selection keys watch: something whose readiness changes, told in bits of [org.weir.stack.Sockets]. It tells
/// those keys alone that may be interested, so that a selector looks at no other.
abstract class ReadinessSource {
    private static final WeirSelectionKey[] NONE = {};

    private volatile WeirSelectionKey[] keys = NONE;

    synchronized void add(WeirSelectionKey key) {
        final WeirSelectionKey[] old = keys;
        final WeirSelectionKey[] more = new WeirSelectionKey[old.length + 1];
        System.arraycopy(old, 0, more, 0, old.length);
        more[old.length] = key;
        keys = more;
    }

    synchronized void remove(WeirSelectionKey key) {
        final WeirSelectionKey[] old = keys;
        int kept = 0;
        final WeirSelectionKey[] fewer = new WeirSelectionKey[old.length];
        for (final WeirSelectionKey other : old) {
            if (other != key) {
                fewer[kept++] = other;
            }
        }
        final WeirSelectionKey[] exact = new WeirSelectionKey[kept];
        System.arraycopy(fewer, 0, exact, 0, kept);
        keys = exact;
    }

    /// `events` hold now. By any thread; does not wait.
    final void changed(int events) {
        final WeirSelectionKey[] told = keys;
        for (final WeirSelectionKey key : told) {
            key.tell(events);
        }
    }

    /// True if [#poll] must be called by the owner of the stack, and needs it.
    abstract boolean isOfStack();

    /// What holds now; nothing if the source is closed.
    abstract int poll(@Nullable Stack stack);
}
