package org.weir.link;

import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;

/// Carries frames between a stack and somewhere else, in bursts. Driven by the stack's owner: it has no thread, never
/// waits and is told the time.
public interface Link extends AutoCloseable {
    /// What the link is. The same record on every call.
    LinkCapabilities capabilities();

    /// Called once, before everything below: received frames are put into buffers of `pool`, and what the link
    /// drops is counted in `drops`.
    void attach(PbufPool pool, DropCounters drops);

    /// Gives at most `budget` received frames to `sink`, in order.
    ///
    /// @return how many
    int receive(PacketSink sink, int budget, long nowNs);

    /// Whether somebody is at the other end: the link state. Frames to nobody are lost. For display: it may cost a
    /// system call.
    default boolean hasCarrier() {
        return true;
    }

    /// How many frames [#send] would take now.
    int room();

    /// Takes `frame`: sends it now or at the next [#flush], or drops and counts it if there is no room.
    void send(Pbuf frame, long nowNs);

    /// Ends a burst of [#send].
    void flush(long nowNs);

    /// When the link wants to be polled although nothing arrived; [org.weir.time.TimerWheel#NEVER] if never. A time
    /// in the past if frames wait in memory already.
    long nextDeadlineNs();

    /// Releases what the link holds.
    @Override
    void close();
}
