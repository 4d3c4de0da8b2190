package org.weir.link;

import org.jspecify.annotations.Nullable;
import org.weir.memory.ChecksumState;
import org.weir.memory.PacketQueue;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.time.TimerWheel;

/// One end of a cable between two stacks that the same thread polls. Each frame is copied once, from the sender's
/// memory to the receiver's, as a network card does.
public final class PairLink implements Link {
    private final LinkCapabilities capabilities;
    private final int queueCapacity;
    private final PacketQueue arrived = new PacketQueue();
    private @Nullable PairLink peer;
    private @Nullable PbufPool pool;
    private @Nullable DropCounters drops;

    /// Makes one end; [#connectTo] joins two.
    ///
    /// @param queueCapacity frames that may wait for the other end
    public PairLink(LinkCapabilities capabilities, int queueCapacity) {
        this.capabilities = capabilities;
        this.queueCapacity = queueCapacity;
    }

    /// Plugs the cable in: what one end sends, the other receives.
    public void connectTo(PairLink other) {
        peer = other;
        other.peer = this;
    }

    @Override
    public LinkCapabilities capabilities() {
        return capabilities;
    }

    @Override
    public void attach(PbufPool stackPool, DropCounters stackDrops) {
        pool = stackPool;
        drops = stackDrops;
    }

    @Override
    public int receive(PacketSink sink, int budget, long nowNs) {
        int received = 0;
        while (received < budget) {
            final Pbuf frame = arrived.poll();
            if (frame == null) {
                break;
            }
            received++;
            sink.process(frame);
        }
        return received;
    }

    @Override
    public boolean hasCarrier() {
        return peer != null;
    }

    @Override
    public int room() {
        return peer == null ? 0 : peer.queueCapacity - peer.arrived.size();
    }

    @Override
    public void send(Pbuf frame, long nowNs) {
        if (room() <= 0 && drops != null) {
            drops.drop(frame, DropReason.LINK_BUSY);
            return;
        }
        if (peer != null) {
            peer.arrive(frame);
        }
        frame.release();
    }

    /// Copies `frame` (borrowed) into this end's memory. What the sender knew of its checksum is not known behind a
    /// wire.
    private void arrive(Pbuf frame) {
        if (pool == null || drops == null) {
            return;
        }
        final Pbuf copy = pool.copy(frame);
        if (copy == null) {
            drops.count(DropReason.NO_BUFFER);
            return;
        }
        if (copy.checksumState() == ChecksumState.VERIFIED) {
            copy.checksumState(ChecksumState.UNKNOWN);
        }
        arrived.add(copy);
    }

    @Override
    public void flush(long nowNs) {
        // Frames are there as soon as they are sent.
    }

    @Override
    public long nextDeadlineNs() {
        return arrived.isEmpty() ? TimerWheel.NEVER : Long.MIN_VALUE;
    }

    @Override
    public void close() {
        arrived.clear();
        final PairLink other = peer;
        peer = null;
        if (other != null) {
            other.peer = null;
        }
    }
}
