package org.weir.jdk;

import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;

/// A half of a datagram channel.
abstract class DatagramHalf extends ChannelHalf {
    private final DatagramAssociation association;

    /// Guarded by the lock.
    private boolean needsPeer = true;

    DatagramHalf(DatagramAssociation association, Gate gate, Octets octets) {
        super(association.channel(), association.socket(), gate, octets);
        this.association = association;
    }

    final DatagramAssociation association() {
        return association;
    }

    /// False for a move from or to anybody, with the lock.
    final void needsPeer(boolean needed) {
        needsPeer = needed;
    }

    @Override
    final void ensureUsable() throws IOException {
        association.ensureUsable(needsPeer);
    }

    /// Only who receives has a deadline.
    @Override
    final int moveSome(boolean blocking, long deadlineNs) throws IOException {
        association.ensureBound();
        final int count = attemptUntil(blocking, deadlineNs, "Receive timed out");
        if (count >= 0 || count == UNAVAILABLE) {
            return count;
        }
        throw channel().isOpen() ? Failures.ofDatagram(count) : new AsynchronousCloseException();
    }
}
