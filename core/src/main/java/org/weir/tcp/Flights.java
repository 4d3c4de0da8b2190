package org.weir.tcp;

import org.jspecify.annotations.Nullable;

/// The [Flight]s of all senders. Idle connections have none of their own: what they have instead is [#none].
///
/// A flight whose losses were repaired rests with its sender for a while, because only later reports can say that the
/// repair was needless. When no other is free, the one that has rested for longest is taken away: its sender then keeps
/// the reduced window. There are as many flights as ranges, or one for each connection; so a sender that has a place
/// for a range gets a flight.
final class Flights {
    /// Nothing is on the way and nothing is being repaired. Not changed by anybody.
    final Flight none;

    private @Nullable Flight free;
    private @Nullable Flight longestResting;
    private @Nullable Flight lastResting;
    private long takenAway;

    Flights(int count, RangePool<SentRange> ranges) {
        none = new Flight(new Scoreboard(ranges));
        for (int i = 0; i < count; i++) {
            final Flight f = new Flight(new Scoreboard(ranges));
            f.newer = free;
            free = f;
        }
    }

    /// How often what was known of a repair was given up early.
    long takenAway() {
        return takenAway;
    }

    /// True if [#begin] will succeed.
    boolean hasOneFor(Sender snd) {
        return snd.flight != none || free != null || longestResting != null;
    }

    /// Gives `snd` a flight unless it has one: something is being sent.
    void begin(Sender snd) {
        final Flight held = snd.flight;
        if (held != none) {
            wake(held);
            return;
        }
        Flight f = free;
        if (f == null) {
            f = takeLongestResting();
        } else {
            free = f.newer;
            f.newer = null;
        }
        f.recovery.begin(snd.una);
        f.sender = snd;
        snd.flight(f);
    }

    private Flight takeLongestResting() {
        final Flight f = longestResting;
        if (f == null || f.sender == null) {
            throw new IllegalStateException("a flight began without one being free");
        }
        wake(f);
        f.sender.flight(none);
        takenAway++;
        return f;
    }

    /// An acknowledgment has been taken in: if nothing is on the way any more, the flight of `snd` ends, or rests.
    void end(Sender snd) {
        final Flight f = snd.flight;
        if (f == none || !f.board.isEmpty()) {
            return;
        }
        if (f.recovery.isOver(snd)) {
            giveBack(snd);
        } else if (!f.resting) {
            rest(f);
        }
    }

    /// Ends the flight of `snd`, whatever is on the way.
    void abandon(Sender snd) {
        if (snd.flight != none) {
            snd.flight.board.clear();
            giveBack(snd);
        }
    }

    private void giveBack(Sender snd) {
        final Flight f = snd.flight;
        wake(f);
        f.sender = null;
        f.newer = free;
        free = f;
        snd.flight(none);
    }

    private void rest(Flight f) {
        f.resting = true;
        f.older = lastResting;
        if (lastResting == null) {
            longestResting = f;
        } else {
            lastResting.newer = f;
        }
        lastResting = f;
    }

    private void wake(Flight f) {
        if (!f.resting) {
            return;
        }
        f.resting = false;
        if (f.older == null) {
            longestResting = f.newer;
        } else {
            f.older.newer = f.newer;
        }
        if (f.newer == null) {
            lastResting = f.older;
        } else {
            f.newer.older = f.older;
        }
        f.newer = null;
        f.older = null;
    }
}
