package org.weir.time;

import org.jspecify.annotations.Nullable;

/// A hierarchical timer wheel (Varghese and Lauck 1987, scheme 7): arming, disarming and expiry cost the same however
/// many timers there are.
///
/// Level 0 has slots of one tick (2^16 ns, 66 us), each further level slots of 64 of the level below; six levels span
/// 52 days, and what is due later waits in the last slot and is sorted in again. A timer never expires before its
/// deadline. Occupied slots are found by bit maps, so an empty stretch costs nothing.
public final class TimerWheel {
    /// No deadline.
    public static final long NEVER = Long.MAX_VALUE;

    static final int DISARMED = -1;

    private static final int TICK_SHIFT = 16;
    private static final int SLOT_SHIFT = 6;
    private static final int SLOTS = 1 << SLOT_SHIFT;
    private static final int LEVELS = 6;
    private static final long SPAN = 1L << SLOT_SHIFT * LEVELS;

    private final @Nullable Timer[] slots = new Timer[SLOTS * LEVELS];
    private final long[] occupied = new long[LEVELS];
    /// The tick up to which all timers have expired: every slot before it is empty.
    private long currentTick;

    private int armed;

    public TimerWheel(long nowNs) {
        currentTick = nowNs >> TICK_SHIFT;
    }

    /// Timers that wait.
    public int armed() {
        return armed;
    }

    /// Lets `timer` expire at `deadlineNs`, whether or not it was armed before.
    public void arm(Timer timer, long deadlineNs) {
        if (timer.isArmed()) {
            unlink(timer);
        } else {
            armed++;
        }
        timer.deadlineNs = deadlineNs;
        link(timer);
    }

    /// Makes sure that `timer` expires at `deadlineNs` or before: leaves it if it is armed for an earlier time, so
    /// that a deadline that keeps moving away costs nothing.
    public void armNoLater(Timer timer, long deadlineNs) {
        if (!timer.isArmed() || deadlineNs - timer.deadlineNs < 0) {
            arm(timer, deadlineNs);
        }
    }

    public void disarm(Timer timer) {
        if (timer.isArmed()) {
            unlink(timer);
            armed--;
        }
    }

    private void link(Timer timer) {
        final long tick = Math.max(timer.deadlineNs >> TICK_SHIFT, currentTick);
        final long reach = Math.min(tick, currentTick + SPAN - SPAN / SLOTS);
        final int level = levelOf(reach);
        final int slot = level * SLOTS + (int) (reach >>> SLOT_SHIFT * level & SLOTS - 1);
        final Timer head = slots[slot];
        timer.slot = slot;
        timer.previous = null;
        timer.next = head;
        if (head != null) {
            head.previous = timer;
        }
        slots[slot] = timer;
        occupied[level] |= 1L << slot;
    }

    /// The lowest level on which `tick` and the current tick lie in the same turn of the wheel.
    private int levelOf(long tick) {
        final long differing = tick ^ currentTick;
        final int highestBit = Long.SIZE - 1 - Long.numberOfLeadingZeros(differing | 1);
        return Math.min(highestBit / SLOT_SHIFT, LEVELS - 1);
    }

    private void unlink(Timer timer) {
        final int slot = timer.slot;
        if (timer.previous == null) {
            slots[slot] = timer.next;
            if (timer.next == null) {
                occupied[slot / SLOTS] &= ~(1L << slot);
            }
        } else {
            timer.previous.next = timer.next;
        }
        if (timer.next != null) {
            timer.next.previous = timer.previous;
        }
        timer.previous = null;
        timer.next = null;
        timer.slot = DISARMED;
    }

    /// Runs the actions of at most `budget` timers whose deadline is not after `nowNs`. Returns how many ran.
    public int expire(long nowNs, int budget) {
        final long nowTick = nowNs >> TICK_SHIFT;
        int expired = 0;
        while (true) {
            expired += expireSlot(nowNs, budget - expired);
            if (expired == budget || currentTick >= nowTick) {
                return expired;
            }
            advance(nowTick);
        }
    }

    private int expireSlot(long nowNs, int budget) {
        final int slot = (int) (currentTick & SLOTS - 1);
        int expired = 0;
        Timer timer = slots[slot];
        while (timer != null && expired < budget) {
            if (timer.deadlineNs - nowNs > 0) {
                timer = timer.next;
                continue;
            }
            unlink(timer);
            armed--;
            expired++;
            timer.expired(nowNs);
            timer = slots[slot];
        }
        return expired;
    }

    /// Moves on to the next tick at which something is to be done, at most to `limit`.
    private void advance(long limit) {
        currentTick = Math.min(limit, nextOccupiedTick());
        for (int level = LEVELS - 1; level > 0; level--) {
            final int slot = level * SLOTS + (int) (currentTick >>> SLOT_SHIFT * level & SLOTS - 1);
            if ((occupied[level] & 1L << slot) != 0) {
                cascade(slot);
            }
        }
    }

    private void cascade(int slot) {
        Timer timer = slots[slot];
        slots[slot] = null;
        occupied[slot / SLOTS] &= ~(1L << slot);
        while (timer != null) {
            final Timer rest = timer.next;
            link(timer);
            timer = rest;
        }
    }

    /// The first tick after the current one whose slot, on any level, is occupied.
    private long nextOccupiedTick() {
        long earliest = Long.MAX_VALUE;
        for (int level = 0; level < LEVELS; level++) {
            final int shift = SLOT_SHIFT * level;
            final long position = currentTick >>> shift;
            final int index = (int) (position & SLOTS - 1);
            final long ahead = Long.rotateRight(occupied[level], index) & ~1L;
            if (ahead != 0) {
                earliest = Math.min(earliest, position + Long.numberOfTrailingZeros(ahead) << shift);
            }
        }
        return earliest;
    }

    /// When [#expire] should be called next: never late, early by less than a slot of the level that the next timer
    /// is on.
    public long nextDeadlineNs() {
        if (armed == 0) {
            return NEVER;
        }
        long earliest = NEVER;
        for (Timer t = slots[(int) (currentTick & SLOTS - 1)]; t != null; t = t.next) {
            earliest = Math.min(earliest, t.deadlineNs);
        }
        if (earliest != NEVER) {
            return earliest;
        }
        final long tick = nextOccupiedTick();
        if (tick - currentTick < SLOTS) {
            for (Timer t = slots[(int) (tick & SLOTS - 1)]; t != null; t = t.next) {
                earliest = Math.min(earliest, t.deadlineNs);
            }
        }
        return earliest == NEVER ? tick << TICK_SHIFT : earliest;
    }
}
