package org.weir.testkit;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.weir.link.DropCounters;
import org.weir.link.DropReason;
import org.weir.link.Link;
import org.weir.link.LinkCapabilities;
import org.weir.link.PacketSink;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;

/// A link that shows each frame that is sent on it to somebody, and whether the network lost it at once.
public final class ObservedLink implements Link {
    private static final int LONGEST_FRAME = 1 << 16;

    private final MemorySegment scratch = Arena.ofAuto().allocate(LONGEST_FRAME);
    private final Link inner;
    private final Observer observer;
    private DropCounters drops = new DropCounters();

    /// Who is shown the frames.
    @FunctionalInterface
    public interface Observer {
        /// A frame was sent.
        ///
        /// @param memory its octets from 0 on, borrowed until this returns
        /// @param length how many
        /// @param timeNs when
        /// @param lostBy [DropReason#INJECTED] or [DropReason#INJECTED_QUEUE_FULL]; null if it is on its way
        void sent(MemorySegment memory, int length, long timeNs, @Nullable DropReason lostBy);
    }

    /// Takes over `inner`.
    public ObservedLink(Link inner, Observer observer) {
        this.inner = inner;
        this.observer = observer;
    }

    @Override
    public LinkCapabilities capabilities() {
        return inner.capabilities();
    }

    @Override
    public void attach(PbufPool pool, DropCounters stackDrops) {
        drops = stackDrops;
        inner.attach(pool, stackDrops);
    }

    @Override
    public int receive(PacketSink sink, int budget, long nowNs) {
        return inner.receive(sink, budget, nowNs);
    }

    @Override
    public boolean hasCarrier() {
        return inner.hasCarrier();
    }

    @Override
    public int room() {
        return inner.room();
    }

    @Override
    public void send(Pbuf frame, long nowNs) {
        final int length = frame.copyTo(0, scratch, 0, LONGEST_FRAME);
        final long lost = drops.of(DropReason.INJECTED);
        final long overflown = drops.of(DropReason.INJECTED_QUEUE_FULL);
        inner.send(frame, nowNs);
        DropReason reason = drops.of(DropReason.INJECTED) > lost ? DropReason.INJECTED : null;
        if (drops.of(DropReason.INJECTED_QUEUE_FULL) > overflown) {
            reason = DropReason.INJECTED_QUEUE_FULL;
        }
        observer.sent(scratch, length, nowNs, reason);
    }

    @Override
    public void flush(long nowNs) {
        inner.flush(nowNs);
    }

    @Override
    public long nextDeadlineNs() {
        return inner.nextDeadlineNs();
    }

    @Override
    public void close() {
        inner.close();
    }
}
