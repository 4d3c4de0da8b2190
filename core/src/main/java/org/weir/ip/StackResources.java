package org.weir.ip;

import org.weir.base.Entropy;
import org.weir.base.Owner;
import org.weir.filter.Filters;
import org.weir.link.DropCounters;
import org.weir.memory.PbufPool;
import org.weir.time.StackClock;
import org.weir.time.TimerWheel;

/// What all layers of one stack share.
///
/// @param pool all packet buffers
/// @param clock the time of the current poll
/// @param timers all timers
/// @param drops the drop counters
/// @param entropy secret random bits
/// @param owner the thread that may call
/// @param filters whoever is asked what may come in and go out
public record StackResources(
        PbufPool pool,
        StackClock clock,
        TimerWheel timers,
        DropCounters drops,
        Entropy entropy,
        Owner owner,
        Filters filters) {

    /// With a filter that is yet to be installed.
    public StackResources(
            PbufPool pool, StackClock clock, TimerWheel timers, DropCounters drops, Entropy entropy, Owner owner) {
        this(pool, clock, timers, drops, entropy, owner, new Filters(clock, owner));
    }
}
