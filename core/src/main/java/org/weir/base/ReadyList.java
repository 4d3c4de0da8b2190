package org.weir.base;

import org.jspecify.annotations.Nullable;

/// Objects that have something to do: first in first out, each at most once, linked through their [ReadyNode].
///
/// Who works the list off takes [#size] objects and no more: what is added meanwhile is for the next time.
///
/// @param <E> the objects
public final class ReadyList<E> {
    private @Nullable ReadyNode<E> first;
    private @Nullable ReadyNode<E> last;
    private int size;

    public boolean isEmpty() {
        return first == null;
    }

    public int size() {
        return size;
    }

    /// Adds the node's object at the end, unless it is on the list already.
    public void add(ReadyNode<E> node) {
        if (node.queued) {
            return;
        }
        node.queued = true;
        if (last == null) {
            first = node;
        } else {
            last.next = node;
        }
        last = node;
        size++;
    }

    /// Takes the oldest object off the list.
    public E remove() {
        final ReadyNode<E> node = first;
        if (node == null) {
            throw new IllegalStateException("the list is empty");
        }
        first = node.next;
        if (first == null) {
            last = null;
        }
        node.next = null;
        node.queued = false;
        size--;
        return node.owner;
    }
}
