package org.weir.link;

import org.jspecify.annotations.Nullable;
import org.weir.memory.ChecksumState;
import org.weir.memory.PacketQueue;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.time.TimerWheel;

/// A link from a stack to itself: what is sent is received, by reference and without checksums.
public final class LoopbackLink implements Link {
    private static final int CAPACITY = 256;
    private static final int SEGMENTATION_LIMIT = 65_000;

    private final LinkCapabilities capabilities = new LinkCapabilities(
            Framing.IP, 0, LinkCapabilities.MAXIMUM_MTU, true, SEGMENTATION_LIMIT, false, Integer.MAX_VALUE);
    private final PacketQueue queue = new PacketQueue();
    private @Nullable DropCounters drops;

    @Override
    public LinkCapabilities capabilities() {
        return capabilities;
    }

    @Override
    public void attach(PbufPool pool, DropCounters stackDrops) {
        drops = stackDrops;
    }

    @Override
    public int receive(PacketSink sink, int budget, long nowNs) {
        int received = 0;
        while (received < budget) {
            final Pbuf packet = queue.poll();
            if (packet == null) {
                break;
            }
            packet.checksumState(ChecksumState.VERIFIED);
            packet.segmentSize(0);
            received++;
            sink.process(packet);
        }
        return received;
    }

    @Override
    public int room() {
        return CAPACITY - queue.size();
    }

    @Override
    public void send(Pbuf frame, long nowNs) {
        if (room() <= 0 && drops != null) {
            drops.drop(frame, DropReason.LINK_BUSY);
            return;
        }
        queue.add(frame);
    }

    @Override
    public void flush(long nowNs) {
        // Packets are there as soon as they are sent.
    }

    @Override
    public long nextDeadlineNs() {
        return queue.isEmpty() ? TimerWheel.NEVER : Long.MIN_VALUE;
    }

    @Override
    public void close() {
        queue.clear();
    }
}
