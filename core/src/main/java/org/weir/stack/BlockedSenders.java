package org.weir.stack;

import org.jspecify.annotations.Nullable;
import org.weir.base.ReadyList;
import org.weir.time.StackClock;
import org.weir.time.TimerWheel;

/// Datagram sockets whose last send found the link full or no buffer: not writable until that has passed. Neither link
/// nor pool tells when it does, so each poll looks, and there is one a millisecond later at the latest. While nobody
/// waits that is a look at an empty list.
final class BlockedSenders extends ReadyList<Socket> {
    private static final long RETRY_NS = StackClock.MILLISECOND;

    private final StackClock clock;
    private final SocketEvents events;
    private long retryNs;

    BlockedSenders(StackClock clock, SocketEvents events) {
        this.clock = clock;
        this.events = events;
    }

    @Override
    protected @Nullable Socket next(Socket s) {
        return s.nextBlocked;
    }

    @Override
    protected void next(Socket s, @Nullable Socket next) {
        s.nextBlocked = next;
    }

    /// `s` could not send `length` octets to `low`.
    void block(Socket s, int length, long low) {
        s.sendBlocked = true;
        s.blockedLength = length;
        s.blockedLow = low;
        if (isEmpty()) {
            retryNs = clock.nowNs() + RETRY_NS;
        }
        add(s);
    }

    /// Tells those who can send again.
    void retry() {
        for (int i = size(); i > 0; i--) {
            final Socket s = remove();
            if (s.sendBlocked && !canSend(s)) {
                add(s);
            } else if (s.sendBlocked) {
                s.sendBlocked = false;
                events.call(s);
            }
        }
        retryNs = clock.nowNs() + RETRY_NS;
    }

    private static boolean canSend(Socket s) {
        return s.datagrams == null || s.datagrams.hasRoomFor(s, s.blockedLength, s.blockedLow);
    }

    /// When [#retry] wants to be called; [TimerWheel#NEVER] if never.
    long retryNs() {
        return isEmpty() ? TimerWheel.NEVER : retryNs;
    }
}
