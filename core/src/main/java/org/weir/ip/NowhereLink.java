package org.weir.ip;

import org.weir.link.DropCounters;
import org.weir.link.DropReason;
import org.weir.link.Framing;
import org.weir.link.Link;
import org.weir.link.LinkCapabilities;
import org.weir.link.PacketSink;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.time.TimerWheel;

/// Where a connection sends that has lost its route: packets vanish, as in a network that lost it further on, and the
/// connection goes on if a route comes back in time.
final class NowhereLink implements Link {
    private static final LinkCapabilities CAPABILITIES = new LinkCapabilities(
            Framing.IP, 0, LinkCapabilities.MAXIMUM_MTU, true, LinkCapabilities.MAXIMUM_MTU, true, Integer.MAX_VALUE);

    private final DropCounters drops;

    NowhereLink(DropCounters drops) {
        this.drops = drops;
    }

    @Override
    public LinkCapabilities capabilities() {
        return CAPABILITIES;
    }

    @Override
    public void attach(PbufPool pool, DropCounters stackDrops) {
        // It has both.
    }

    @Override
    public int receive(PacketSink sink, int budget, long nowNs) {
        return 0;
    }

    @Override
    public int room() {
        return Integer.MAX_VALUE;
    }

    @Override
    public void send(Pbuf frame, long nowNs) {
        drops.drop(frame, DropReason.NO_ROUTE);
    }

    @Override
    public void flush(long nowNs) {
        // Nothing waits.
    }

    @Override
    public long nextDeadlineNs() {
        return TimerWheel.NEVER;
    }

    @Override
    public void close() {
        // It holds nothing.
    }
}
