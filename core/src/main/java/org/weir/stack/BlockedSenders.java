package org.weir.stack;

import org.jspecify.annotations.Nullable;
import org.weir.base.ReadyList;
import org.weir.ip.Ipv4;
import org.weir.ip.Route;
import org.weir.memory.Headroom;
import org.weir.time.StackClock;
import org.weir.time.TimerWheel;
import org.weir.wire.IpAddress;

/// Datagram sockets whose last send found the link full or no buffer: not writable until that has passed. Neither link
/// nor pool tells when it does, so each poll looks, and there is one a millisecond later at the latest. While nobody
/// waits that is a look at an empty list.
final class BlockedSenders extends ReadyList<Socket> {
    private static final long RETRY_NS = StackClock.MILLISECOND;

    private final Ipv4 ipv4;
    private final SocketEvents events;

    BlockedSenders(Ipv4 ipv4, SocketEvents events) {
        this.ipv4 = ipv4;
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
    }

    private boolean canSend(Socket s) {
        final Route route = ipv4.routeTo(IpAddress.ipv4(s.blockedLow));
        return ipv4.pool().hasRoomFor(Headroom.TRANSPORT, s.blockedLength)
                && (route == null || route.netif().hasRoom());
    }

    /// When [#retry] wants to be called; [TimerWheel#NEVER] if never.
    long retryNs() {
        return isEmpty() ? TimerWheel.NEVER : ipv4.resources().clock().nowNs() + RETRY_NS;
    }
}
