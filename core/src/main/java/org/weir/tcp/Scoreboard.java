package org.weir.tcp;

import org.jspecify.annotations.Nullable;
import org.weir.tcp.SentRange.Fate;

/// What has been sent and not been acknowledged, in ranges of the same fate: RFC 6675 section 3, with the transmission
/// times of RFC 8985 section 5.2.
///
/// The ranges lie end to end from SND.UNA to SND.NXT. They are in three orders at once: by number in a tree (a
/// selective acknowledgment is looked up), by number in a list (losses are repaired from the left), and those in flight
/// by the time at which they were sent (what was sent first is found lost first).
///
/// The ranges of all connections come from one pool, of which one connection may have a quarter, and some are kept for
/// connections that have none. Where there are no more, a new transmission joins the range before it and a split is not
/// made: the picture is coarser then, so that something may be sent again needlessly.
final class Scoreboard {
    private final RangePool<SentRange> pool;
    private final RangeTree<SentRange> tree = new RangeTree<>();
    private @Nullable SentRange first;
    private @Nullable SentRange last;
    private @Nullable SentRange oldest;
    private @Nullable SentRange newest;
    /// Nothing before it is lost.
    private @Nullable SentRange lostHint;
    private int inFlight;
    private int sacked;
    private int lost;

    Scoreboard(RangePool<SentRange> pool) {
        this.pool = pool;
    }

    boolean isEmpty() {
        return first == null;
    }

    /// Octets on the way: RFC 6675 "pipe".
    int inFlight() {
        return inFlight;
    }

    /// Octets that the peer has beyond a hole.
    int sacked() {
        return sacked;
    }

    /// Octets thought lost that were not sent again since.
    int lost() {
        return lost;
    }

    /// The range at SND.UNA; null if all is acknowledged.
    @Nullable
    SentRange first() {
        return first;
    }

    /// The range before SND.NXT.
    @Nullable
    SentRange last() {
        return last;
    }

    /// The range in flight that was sent first; the others follow through [SentRange#newer].
    @Nullable
    SentRange oldest() {
        return oldest;
    }

    // ---- sending ----

    /// True if [#sent] will find a place for one more range. One that is needed is taken from the reserve as well.
    boolean hasRoom() {
        return last != null && last.fate == Fate.IN_FLIGHT && !last.isolated
                || pool.maySpare(tree.size())
                || pool.available() > 0 && tree.size() <= 1;
    }

    /// `start` to `end`, which begins behind all others, was sent for the first time.
    void sent(int start, int end, long nowNs) {
        inFlight += SequenceNumber.distance(start, end);
        final SentRange before = last;
        if (before != null && joins(before, nowNs)) {
            before.end = end;
            sentNow(before, nowNs);
            return;
        }
        final SentRange range = pool.take();
        if (range == null) {
            throw new IllegalStateException("sent without room on the scoreboard");
        }
        range.begin(start, end, nowNs);
        linkAfter(before, range);
        tree.add(range);
        linkNewest(range);
    }

    private boolean mayTake() {
        return pool.maySpare(tree.size()) || pool.available() > 0 && tree.isEmpty();
    }

    private boolean joins(SentRange before, long nowNs) {
        final boolean isSame = before.sentNs == nowNs && !before.retransmitted;
        return before.fate == Fate.IN_FLIGHT && !before.isolated && (isSame || !mayTake());
    }

    /// Makes what was sent from `start` on a range of its own, which does not grow. False if the pool was dry.
    boolean isolate(int start) {
        if (last != null && last.start != start && !split(last, start)) {
            return false;
        }
        if (last != null) {
            last.isolated = true;
        }
        return true;
    }

    /// Lets `range`, which is lost, take over lost octets behind it until it has `octets` octets: what was sent in
    /// other pieces is sent again in full segments.
    void fillLost(SentRange range, int octets) {
        for (SentRange next = range.next; next != null && next.fate == Fate.LOST; next = range.next) {
            final int missing = octets - range.length();
            if (missing <= 0 || next.length() > missing && !split(next, next.start + missing)) {
                return;
            }
            range.retransmitted |= next.retransmitted;
            absorb(range, next);
        }
    }

    /// The first `octets` octets of `range`, which is lost, were sent again.
    void retransmitted(SentRange range, int octets, long nowNs) {
        if (octets < range.length()) {
            split(range, range.start + octets);
        }
        lost -= range.length();
        inFlight += range.length();
        range.fate = Fate.IN_FLIGHT;
        range.retransmitted = true;
        range.sentNs = nowNs;
        linkNewest(range);
        final SentRange before = range.previous;
        if (before != null && before.fate == Fate.IN_FLIGHT && before.retransmitted && before.sentNs == nowNs) {
            unlinkTime(range);
            absorb(before, range);
        }
    }

    private void sentNow(SentRange range, long nowNs) {
        range.sentNs = nowNs;
        unlinkTime(range);
        linkNewest(range);
    }

    /// Cuts `range` in two at `at`. False if the pool was dry.
    boolean split(SentRange range, int at) {
        final SentRange rest = pool.maySpare(tree.size()) ? pool.take() : null;
        if (rest == null) {
            return false;
        }
        rest.begin(at, range.end, range.sentNs);
        rest.fate = range.fate;
        rest.retransmitted = range.retransmitted;
        range.end = at;
        linkAfter(range, rest);
        tree.add(rest);
        if (rest.fate == Fate.IN_FLIGHT) {
            linkTimeAfter(range, rest);
        }
        return true;
    }

    // ---- acknowledgments ----

    /// Drops the first range, which is acknowledged altogether, and gives it back.
    void dropFirst() {
        final SentRange range = first;
        if (range != null) {
            forgetFate(range, range.length());
            unlinkTime(range);
            remove(range);
        }
    }

    /// Drops what lies before `una` of the first range, which holds it.
    void trimFirst(int una) {
        final SentRange range = first;
        if (range != null) {
            forgetFate(range, SequenceNumber.distance(range.start, una));
            range.start = una;
        }
    }

    private void forgetFate(SentRange range, int octets) {
        switch (range.fate) {
            case IN_FLIGHT -> inFlight -= octets;
            case SACKED -> sacked -= octets;
            case LOST -> lost -= octets;
        }
    }

    /// The first range, if it begins before `right`, with something from `left` on that the peer has not reported
    /// before, cut so that it lies within both; null if there is none. To be called again after [#sacked].
    @Nullable
    SentRange unreported(int left, int right) {
        SentRange range = tree.floor(left);
        if (range == null || SequenceNumber.beforeOrAt(range.end, left)) {
            range = tree.higher(left);
        }
        while (range != null && range.fate == Fate.SACKED) {
            range = range.next;
        }
        if (range == null || SequenceNumber.afterOrAt(range.start, right)) {
            return null;
        }
        if (SequenceNumber.before(range.start, left)) {
            if (!split(range, left) || range.next == null) {
                return null;
            }
            range = range.next;
        }
        if (SequenceNumber.after(range.end, right) && !split(range, right)) {
            return null;
        }
        return range;
    }

    /// The peer has `range`: it joins its neighbours that the peer has too.
    void sacked(SentRange range) {
        forgetFate(range, range.length());
        unlinkTime(range);
        sacked += range.length();
        range.fate = Fate.SACKED;
        SentRange joined = range;
        if (range.previous != null && range.previous.fate == Fate.SACKED) {
            joined = range.previous;
            absorb(joined, range);
        }
        if (joined.next != null && joined.next.fate == Fate.SACKED) {
            absorb(joined, joined.next);
        }
    }

    /// The peer may have dropped what it reported (RFC 2018 section 8): nothing is believed any more.
    void forgetSacks() {
        for (SentRange r = first; r != null; r = r.next) {
            if (r.fate == Fate.SACKED) {
                sacked -= r.length();
                lost += r.length();
                r.fate = Fate.LOST;
            }
        }
        lostHint = first;
    }

    // ---- losses ----

    /// `range`, which is in flight, is thought lost.
    void lost(SentRange range) {
        unlinkTime(range);
        inFlight -= range.length();
        lost += range.length();
        range.fate = Fate.LOST;
        if (lostHint == null || SequenceNumber.before(range.start, lostHint.start)) {
            lostHint = range;
        }
    }

    /// All that is in flight was too large for the path.
    void loseAll() {
        while (oldest != null) {
            lost(oldest);
        }
    }

    /// Nothing was lost after all.
    void loseNothing() {
        SentRange before = null;
        for (SentRange r = firstLost(); r != null; r = firstLost()) {
            lost -= r.length();
            inFlight += r.length();
            r.fate = Fate.IN_FLIGHT;
            before = linkByTime(before, r);
        }
    }

    /// Puts `range` where its time of transmission says, looking from `hint` on if that is earlier. Returns it.
    private SentRange linkByTime(@Nullable SentRange hint, SentRange range) {
        SentRange before = hint != null && hint.sentNs - range.sentNs <= 0 ? hint : null;
        SentRange at = before == null ? oldest : before.newer;
        while (at != null && at.sentNs - range.sentNs <= 0) {
            before = at;
            at = at.newer;
        }
        linkTimeAfter(before, range);
        return range;
    }

    /// The first range that is lost; null if there is none.
    @Nullable
    SentRange firstLost() {
        if (lost == 0) {
            return null;
        }
        SentRange range = lostHint == null ? first : lostHint;
        while (range != null && range.fate != Fate.LOST) {
            range = range.next;
        }
        lostHint = range;
        return range;
    }

    void clear() {
        while (first != null) {
            dropFirst();
        }
    }

    // ---- links ----

    /// `before` takes over the numbers of `range`, which follows it with the same fate.
    private void absorb(SentRange before, SentRange range) {
        before.end = range.end;
        if (lostHint == range) {
            lostHint = before;
        }
        remove(range);
    }

    private void remove(SentRange range) {
        tree.remove(range);
        if (range.previous == null) {
            first = range.next;
        } else {
            range.previous.next = range.next;
        }
        if (range.next == null) {
            last = range.previous;
        } else {
            range.next.previous = range.previous;
        }
        if (lostHint == range) {
            lostHint = range.next;
        }
        range.previous = null;
        range.next = null;
        pool.give(range);
    }

    private void linkAfter(@Nullable SentRange before, SentRange range) {
        range.previous = before;
        range.next = before == null ? first : before.next;
        if (before == null) {
            first = range;
        } else {
            before.next = range;
        }
        if (range.next == null) {
            last = range;
        } else {
            range.next.previous = range;
        }
    }

    private void linkNewest(SentRange range) {
        linkTimeAfter(newest, range);
    }

    private void linkTimeAfter(@Nullable SentRange before, SentRange range) {
        range.older = before;
        range.newer = before == null ? oldest : before.newer;
        if (before == null) {
            oldest = range;
        } else {
            before.newer = range;
        }
        if (range.newer == null) {
            newest = range;
        } else {
            range.newer.older = range;
        }
    }

    private void unlinkTime(SentRange range) {
        if (range.fate != Fate.IN_FLIGHT) {
            return;
        }
        if (range.older == null) {
            oldest = range.newer;
        } else {
            range.older.newer = range.newer;
        }
        if (range.newer == null) {
            newest = range.older;
        } else {
            range.newer.older = range.older;
        }
        range.older = null;
        range.newer = null;
    }
}
