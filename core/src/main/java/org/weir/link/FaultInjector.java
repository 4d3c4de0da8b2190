package org.weir.link;

import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;

/// A link that loses, repeats, reorders, delays, corrupts and slows the frames of another one, the same way for the
/// same seed.
///
/// A sender learns of a full link only where the plan's queue is its own ([Bottleneck#ownQueue]) or the link inside
/// takes no more; a router's queue drops.
///
/// It declares no offload, so that every segment meets its own fate and a flipped bit meets a checksum; the link inside
/// should be opened without offload too.
public final class FaultInjector implements Link, PacketSink {
    private static final int ROOM_FOR_BURST = 64;

    private final Link inner;
    private final LinkCapabilities capabilities;
    private final FaultyPath outbound;
    private final FaultyPath inbound;
    private long nowNs;

    /// Takes over `inner`. `seed` decides everything that happens.
    public FaultInjector(Link inner, FaultPlan outbound, FaultPlan inbound, long seed) {
        this.inner = inner;
        this.capabilities = inner.capabilities().withoutOffload();
        this.outbound = new FaultyPath(outbound, capabilities.framing(), seed);
        this.inbound = new FaultyPath(inbound, capabilities.framing(), ~seed);
    }

    @Override
    public LinkCapabilities capabilities() {
        return capabilities;
    }

    @Override
    public void attach(PbufPool pool, DropCounters drops) {
        inner.attach(pool, drops);
        outbound.attach(pool, drops);
        inbound.attach(pool, drops);
    }

    @Override
    public int receive(PacketSink sink, int budget, long timeNs) {
        nowNs = timeNs;
        int work = inner.receive(this, budget, timeNs);
        final int sent = pump(timeNs);
        if (sent > 0) {
            inner.flush(timeNs);
        }
        work += sent;
        for (int i = 0; i < budget; i++) {
            final Pbuf frame = inbound.leave(timeNs);
            if (frame == null) {
                break;
            }
            work++;
            sink.process(frame);
        }
        return work;
    }

    @Override
    public void process(Pbuf frame) {
        inbound.enter(frame, nowNs);
    }

    @Override
    public boolean hasCarrier() {
        return inner.hasCarrier();
    }

    @Override
    public int room() {
        // Frames that the link inside does not take wait here: not so many that they hold all buffers.
        return Math.min(outbound.room(), Math.max(inner.room(), ROOM_FOR_BURST - outbound.inFlight()));
    }

    @Override
    public void send(Pbuf frame, long timeNs) {
        outbound.enter(frame, timeNs);
    }

    @Override
    public void flush(long timeNs) {
        pump(timeNs);
        inner.flush(timeNs);
    }

    /// Lets the frames that are due leave for the link inside.
    private int pump(long timeNs) {
        int sent = 0;
        while (inner.room() > 0) {
            final Pbuf frame = outbound.leave(timeNs);
            if (frame == null) {
                break;
            }
            inner.send(frame, timeNs);
            sent++;
        }
        return sent;
    }

    @Override
    public long nextDeadlineNs() {
        return Math.min(inner.nextDeadlineNs(), Math.min(outbound.nextDeadlineNs(), inbound.nextDeadlineNs()));
    }

    @Override
    public void close() {
        outbound.clear();
        inbound.clear();
        inner.close();
    }
}
