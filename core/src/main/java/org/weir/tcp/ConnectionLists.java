package org.weir.tcp;

import org.jspecify.annotations.Nullable;
import org.weir.base.ReadyList;

/// The lists on which connections wait for their turn in a poll. A connection may be on several; each has its link in
/// [TcpConnection].
final class ConnectionLists {
    /// Their users are to be told something.
    final Events events = new Events();
    /// They may have something to send.
    final Outputs outputs = new Outputs();
    /// They found the link full, or no buffer.
    final Blocked blocked = new Blocked();
    /// Their users found the pool dry.
    final Starved starved = new Starved();

    boolean holds(TcpConnection c) {
        return events.holds(c) || outputs.holds(c) || blocked.holds(c) || starved.holds(c);
    }

    static final class Events extends ReadyList<TcpConnection> {
        @Override
        protected @Nullable TcpConnection next(TcpConnection c) {
            return c.nextEvent;
        }

        @Override
        protected void next(TcpConnection c, @Nullable TcpConnection next) {
            c.nextEvent = next;
        }
    }

    static final class Outputs extends ReadyList<TcpConnection> {
        @Override
        protected @Nullable TcpConnection next(TcpConnection c) {
            return c.nextOutput;
        }

        @Override
        protected void next(TcpConnection c, @Nullable TcpConnection next) {
            c.nextOutput = next;
        }
    }

    static final class Blocked extends ReadyList<TcpConnection> {
        @Override
        protected @Nullable TcpConnection next(TcpConnection c) {
            return c.nextBlocked;
        }

        @Override
        protected void next(TcpConnection c, @Nullable TcpConnection next) {
            c.nextBlocked = next;
        }
    }

    static final class Starved extends ReadyList<TcpConnection> {
        @Override
        protected @Nullable TcpConnection next(TcpConnection c) {
            return c.nextStarved;
        }

        @Override
        protected void next(TcpConnection c, @Nullable TcpConnection next) {
            c.nextStarved = next;
        }
    }
}
