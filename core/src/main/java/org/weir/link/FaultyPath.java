package org.weir.link;

import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;
import org.weir.base.SplitMix64;
import org.weir.memory.ChecksumState;
import org.weir.memory.PacketQueue;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.time.TimerWheel;

/// One direction of a fault injector: a line of frames, each with the time at which it comes out.
final class FaultyPath {
    private static final long NS_PER_SECOND = 1_000_000_000L;

    private final FaultPlan plan;
    private final SplitMix64 random;
    private final PacketQueue line = new PacketQueue();
    private @Nullable PbufPool pool;
    private @Nullable DropCounters drops;
    private long lineFreeNs = Long.MIN_VALUE;

    FaultyPath(FaultPlan plan, long seed) {
        this.plan = plan;
        this.random = new SplitMix64(seed);
    }

    void attach(PbufPool stackPool, DropCounters stackDrops) {
        pool = stackPool;
        drops = stackDrops;
    }

    int room() {
        return plan.queueLimit() - line.size();
    }

    /// Takes `frame`.
    void enter(Pbuf frame, long nowNs) {
        if (random.chance(plan.loss()) || line.size() >= plan.queueLimit()) {
            lose(frame);
            return;
        }
        if (random.chance(plan.duplication()) && pool != null && room() > 1) {
            final Pbuf twin = pool.copy(frame);
            if (twin != null) {
                line.addByKey(due(twin, nowNs));
            }
        }
        line.addByKey(due(random.chance(plan.corruption()) ? corrupt(frame) : frame, nowNs));
    }

    private void lose(Pbuf frame) {
        if (drops != null) {
            drops.count(DropReason.INJECTED);
        }
        frame.release();
    }

    private Pbuf due(Pbuf frame, long nowNs) {
        long dueNs = nowNs + plan.delayNs();
        if (plan.bitsPerSecond() > 0) {
            final long startNs = Math.max(lineFreeNs, nowNs);
            lineFreeNs = startNs + frame.totalLength() * 8L * NS_PER_SECOND / plan.bitsPerSecond();
            dueNs = lineFreeNs + plan.delayNs();
        }
        frame.queueKey(random.chance(plan.reordering()) ? dueNs + plan.reorderDelayNs() : dueNs);
        return frame;
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
        final Pbuf frame = line.peek();
        return frame != null && frame.queueKey() - nowNs <= 0 ? line.poll() : null;
    }

    long nextDeadlineNs() {
        final Pbuf frame = line.peek();
        return frame == null ? TimerWheel.NEVER : frame.queueKey();
    }

    void clear() {
        line.clear();
    }
}
