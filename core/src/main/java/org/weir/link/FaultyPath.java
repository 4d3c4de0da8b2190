package org.weir.link;

import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;
import org.weir.base.SplitMix64;
import org.weir.memory.ChecksumState;
import org.weir.memory.PacketQueue;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.time.TimerWheel;

/// One direction of a fault injector: a queue of frames that wait for the wire, each with the time at which its last
/// octet is on it, and behind it the frames on their way, each with the time at which it comes out.
final class FaultyPath {
    private static final long NS_PER_SECOND = 1_000_000_000L;

    private final FaultPlan plan;
    private final Bottleneck bottleneck;
    private final PathDelay delay;
    private final SplitMix64 random;
    private final FrameInspector inspector;
    private final LossProcess losses;
    private final PacketQueue queue = new PacketQueue();
    private final PacketQueue flight = new PacketQueue();
    private @Nullable PbufPool pool;
    private @Nullable DropCounters drops;
    private long wireFreeNs = Long.MIN_VALUE;
    private long latestDueNs = Long.MIN_VALUE;

    FaultyPath(FaultPlan plan, Framing framing, long seed) {
        this.plan = plan;
        this.bottleneck = plan.bottleneck();
        this.delay = plan.delay();
        this.random = new SplitMix64(seed);
        this.inspector = new FrameInspector(framing);
        this.losses = new LossProcess(plan.loss(), random, inspector);
    }

    void attach(PbufPool stackPool, DropCounters stackDrops) {
        pool = stackPool;
        drops = stackDrops;
    }

    /// Frames that the sender may hand over without losing one to the queue, as far as it can know.
    int room() {
        return bottleneck.ownQueue() ? queueRoom() : Integer.MAX_VALUE;
    }

    private int queueRoom() {
        return bottleneck.queueLimit() - queue.size();
    }

    /// Frames that have left the queue and are not out yet.
    int inFlight() {
        return flight.size();
    }

    /// Takes `frame`.
    void enter(Pbuf frame, long nowNs) {
        advance(nowNs);
        if (losses.takes(frame, nowNs)) {
            drop(frame, DropReason.INJECTED);
            return;
        }
        // A repetition never takes the place of the original.
        if (happens(plan.duplication()) && pool != null && queueRoom() > 1) {
            final Pbuf twin = pool.copy(frame);
            if (twin != null) {
                enqueue(twin, nowNs);
            }
        }
        enqueue(happens(plan.corruption()) ? corrupt(frame) : frame, nowNs);
    }

    private boolean happens(double share) {
        return share > 0 && random.chance(share);
    }

    private void drop(Pbuf frame, DropReason reason) {
        if (drops != null) {
            drops.count(reason);
        }
        frame.release();
    }

    private void enqueue(Pbuf frame, long nowNs) {
        if (bottleneck.bitsPerSecond() == 0) {
            depart(frame, nowNs);
            return;
        }
        if (queueRoom() <= 0) {
            drop(frame, DropReason.INJECTED_QUEUE_FULL);
            return;
        }
        final boolean marks = queue.size() > bottleneck.markAbove();
        final Pbuf queued = marks ? inspector.mark(frame, pool) : frame;
        final long startNs = Math.max(wireFreeNs, nowNs);
        wireFreeNs = startNs + queued.totalLength() * 8L * NS_PER_SECOND / bottleneck.bitsPerSecond();
        queued.queueKey(wireFreeNs);
        queue.add(queued);
    }

    /// Frames whose last octet is on the wire by now leave the queue.
    private void advance(long nowNs) {
        for (Pbuf frame = queue.peek(); frame != null && frame.queueKey() - nowNs <= 0; frame = queue.peek()) {
            queue.poll();
            depart(frame, frame.queueKey());
        }
    }

    private void depart(Pbuf frame, long atNs) {
        long dueNs = atNs + delay.ns();
        if (delay.jitterNs() > 0) {
            dueNs += (random.next() >>> 1) % (delay.jitterNs() + 1);
            if (!delay.jitterReorders()) {
                dueNs = Math.max(dueNs, latestDueNs);
                latestDueNs = dueNs;
            }
        }
        frame.queueKey(happens(delay.reordering()) ? dueNs + delay.reorderingNs() : dueNs);
        flight.addByKey(frame);
    }

    /// Flips a bit in a copy, because the memory of the frame may be somebody's send queue. Whoever receives it has
    /// to find out by the checksum, whatever the link knew of it.
    private Pbuf corrupt(Pbuf frame) {
        final Pbuf copy = pool == null ? null : pool.copy(frame);
        if (copy == null) {
            return frame;
        }
        frame.release();
        copy.checksumState(ChecksumState.UNKNOWN);
        final long at = copy.offset() + random.nextInt(copy.length());
        final byte octet = copy.segment().get(ValueLayout.JAVA_BYTE, at);
        copy.segment().set(ValueLayout.JAVA_BYTE, at, (byte) (octet ^ 1 << random.nextInt(Byte.SIZE)));
        return copy;
    }

    /// Gives the next frame that is due to the caller; null if there is none.
    @Nullable
    Pbuf leave(long nowNs) {
        advance(nowNs);
        final Pbuf frame = flight.peek();
        return frame != null && frame.queueKey() - nowNs <= 0 ? flight.poll() : null;
    }

    /// When [#leave] has to be asked again; a frame that jitter holds back may then still not be due.
    long nextDeadlineNs() {
        final Pbuf first = flight.peek();
        final Pbuf waiting = queue.peek();
        final long dueNs = first == null ? TimerWheel.NEVER : first.queueKey();
        return waiting == null ? dueNs : Math.min(dueNs, waiting.queueKey() + delay.ns());
    }

    void clear() {
        queue.clear();
        flight.clear();
    }
}
