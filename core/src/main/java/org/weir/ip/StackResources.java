package org.weir.ip;

import org.weir.base.Entropy;
import org.weir.base.Owner;
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
public record StackResources(
        PbufPool pool, StackClock clock, TimerWheel timers, DropCounters drops, Entropy entropy, Owner owner) {}
