package org.weir.tcp;

import org.weir.base.ObjectPool;

/// The reassembly queues of all receivers: lent to those that miss something. What the others have instead is [#none].
final class Reassemblies {
    /// Holds nothing. Not changed by anybody.
    final ReassemblyQueue none;

    private final ObjectPool<ReassemblyQueue> free;

    Reassemblies(int count, RangePool<ReceivedRun> runs) {
        none = new ReassemblyQueue(runs);
        free = new ObjectPool<>(count, () -> new ReassemblyQueue(runs));
    }

    /// Makes sure that `rcv` has one of its own. False if none is free.
    boolean begin(Receiver rcv) {
        if (rcv.outOfOrder == none) {
            final ReassemblyQueue queue = free.take();
            if (queue == null) {
                return false;
            }
            rcv.outOfOrder = queue;
        }
        return true;
    }

    /// Takes that of `rcv` back if there is nothing in it.
    void endIfEmpty(Receiver rcv) {
        if (rcv.outOfOrder != none && rcv.outOfOrder.isEmpty()) {
            free.give(rcv.outOfOrder);
            rcv.outOfOrder = none;
        }
    }

    /// Drops what `rcv` has out of order.
    void abandon(Receiver rcv) {
        rcv.outOfOrder.clear();
        endIfEmpty(rcv);
    }
}
