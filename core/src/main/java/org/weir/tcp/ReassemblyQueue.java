package org.weir.tcp;

import org.jspecify.annotations.Nullable;
import org.weir.memory.Pbuf;

/// What arrived beyond a hole, in runs without holes. Runs are found by number in logarithmic time, and each takes one
/// object of a pool as large as the pages that could hold them, so memory alone limits how many holes there are.
final class ReassemblyQueue {
    private final RangePool<ReceivedRun> pool;
    private final RangeTree<ReceivedRun> runs = new RangeTree<>();
    private @Nullable ReceivedRun newest;
    private long trueSize;
    private int duplicateStart;
    private int duplicateEnd;

    ReassemblyQueue(RangePool<ReceivedRun> pool) {
        this.pool = pool;
    }

    boolean isEmpty() {
        return runs.isEmpty();
    }

    /// Octets of pool memory held.
    long trueSize() {
        return trueSize;
    }

    /// Runs held.
    int runs() {
        return runs.size();
    }

    /// The run that grew last, and through [ReceivedRun#older] all others; null if there is none.
    @Nullable
    ReceivedRun newest() {
        return newest;
    }

    /// The run that begins first; null if there is none.
    @Nullable
    ReceivedRun first() {
        return runs.first();
    }

    /// The first number of what the last [#add] had already.
    int duplicateStart() {
        return duplicateStart;
    }

    /// The number behind it; the same as [#duplicateStart] if all was new.
    int duplicateEnd() {
        return duplicateEnd;
    }

    // ---- arriving ----

    /// Takes `packet`, whose first octet has number `sequence`. Octets that are here already are not kept twice,
    /// see [#duplicateStart].
    ///
    /// @return false if nothing of it was kept
    boolean add(Pbuf packet, int sequence) {
        duplicateStart = sequence;
        duplicateEnd = sequence;
        final int end = sequence + packet.totalLength();
        final ReceivedRun before = runs.floor(sequence);
        int start = sequence;
        if (before != null && SequenceNumber.after(before.end, sequence)) {
            start = SequenceNumber.after(before.end, end) ? end : before.end;
            duplicateEnd = start;
            touch(before);
        }
        dropCovered(start, end);
        final ReceivedRun next = runs.higher(start);
        int stop = end;
        if (next != null && SequenceNumber.after(end, next.start)) {
            stop = next.start;
            noteDuplicate(stop, end);
        }
        if (start == stop) {
            packet.release();
            return false;
        }
        packet.trimTo(SequenceNumber.distance(sequence, stop));
        final int old = SequenceNumber.distance(sequence, start);
        return insert(before, old == 0 ? packet : packet.trimFront(old), start, next);
    }

    /// What lies wholly between `start` and `end` has come again.
    private void dropCovered(int start, int end) {
        for (ReceivedRun r = runs.higher(start); r != null && SequenceNumber.beforeOrAt(r.end, end); ) {
            noteDuplicate(r.start, r.end);
            final int next = r.start;
            remove(r);
            releasePackets(r);
            pool.give(r);
            r = runs.higher(next);
        }
    }

    /// Of several parts that had come before the first is reported: RFC 2883 has room for one.
    private void noteDuplicate(int start, int end) {
        if (duplicateStart == duplicateEnd) {
            duplicateStart = start;
            duplicateEnd = end;
        }
    }

    private boolean insert(@Nullable ReceivedRun before, Pbuf packet, int start, @Nullable ReceivedRun next) {
        final ReceivedRun run = before != null && before.end == start ? before : newRun(start);
        if (run == null) {
            packet.release();
            return false;
        }
        trueSize += trueSizeOf(packet);
        run.append(packet);
        if (next != null && next.start == run.end) {
            runs.remove(next);
            unlink(next);
            run.appendAll(next);
            pool.give(next);
        }
        touch(run);
        return true;
    }

    /// An empty run at `start`; null if the pool is dry.
    private @Nullable ReceivedRun newRun(int start) {
        final ReceivedRun run = pool.take();
        if (run != null) {
            run.begin(start);
            runs.add(run);
        }
        return run;
    }

    private static long trueSizeOf(Pbuf packet) {
        long size = 0;
        for (Pbuf p = packet; p != null; p = p.next()) {
            size += p.trueSize();
        }
        return size;
    }

    // ---- leaving ----

    /// Gives the first packet to the caller if it holds octet `sequence`, trimmed to start there; null if there
    /// is a hole. What lies before `sequence` is released.
    @Nullable
    Pbuf poll(int sequence) {
        ReceivedRun run = runs.first();
        while (run != null && SequenceNumber.beforeOrAt(run.start, sequence)) {
            final Pbuf packet = run.poll();
            if (packet == null) {
                remove(run);
                pool.give(run);
                run = runs.first();
                continue;
            }
            final int length = packet.totalLength();
            final int old = SequenceNumber.distance(run.start, sequence);
            trueSize -= trueSizeOf(packet);
            run.start += length;
            if (run.first == null) {
                remove(run);
                pool.give(run);
            }
            if (old < length) {
                return old == 0 ? packet : packet.trimFront(old);
            }
            packet.release();
            run = runs.first();
        }
        return null;
    }

    /// Releases everything.
    void clear() {
        for (ReceivedRun r = runs.first(); r != null; r = runs.first()) {
            remove(r);
            releasePackets(r);
            pool.give(r);
        }
    }

    private void remove(ReceivedRun run) {
        runs.remove(run);
        unlink(run);
    }

    private void releasePackets(ReceivedRun run) {
        for (Pbuf p = run.poll(); p != null; p = run.poll()) {
            trueSize -= trueSizeOf(p);
            p.release();
        }
    }

    // ---- the order in which runs grew ----

    private void touch(ReceivedRun run) {
        if (newest == run) {
            return;
        }
        unlink(run);
        run.older = newest;
        if (newest != null) {
            newest.newer = run;
        }
        newest = run;
    }

    private void unlink(ReceivedRun run) {
        if (newest == run) {
            newest = run.older;
        }
        if (run.newer != null) {
            run.newer.older = run.older;
        }
        if (run.older != null) {
            run.older.newer = run.newer;
        }
        run.newer = null;
        run.older = null;
    }
}
