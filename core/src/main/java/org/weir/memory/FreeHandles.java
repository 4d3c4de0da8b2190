package org.weir.memory;

import org.jspecify.annotations.Nullable;

/// The free handles of one kind, last in first out so that memory still in the cache is used first, with their counts.
public final class FreeHandles {
    private final String name;
    private @Nullable Pbuf top;
    private int total;
    private int free;
    private int lowestFree;
    private long failures;

    FreeHandles(String name) {
        this.name = name;
    }

    /// What the handles stand for: pages, blocks or handles.
    public String name() {
        return name;
    }

    public int total() {
        return total;
    }

    public int free() {
        return free;
    }

    public int inUse() {
        return total - free;
    }

    /// The least that was ever free.
    public int lowestFree() {
        return lowestFree;
    }

    /// How often none was left.
    public long failures() {
        return failures;
    }

    Pbuf add(Pbuf p) {
        total++;
        push(p);
        lowestFree = free;
        return p;
    }

    void push(Pbuf p) {
        p.next = top;
        top = p;
        free++;
    }

    @Nullable
    Pbuf pop() {
        final Pbuf p = top;
        if (p == null) {
            failures++;
            return null;
        }
        top = p.next;
        p.next = null;
        free--;
        if (free < lowestFree) {
            lowestFree = free;
        }
        return p;
    }

    void countFailure() {
        failures++;
    }
}
