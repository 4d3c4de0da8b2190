package org.weir.tcp;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.weir.base.Entropy;
import org.weir.base.HashTable;
import org.weir.base.KeyedHash;
import org.weir.base.UniversalHash;
import org.weir.ip.Datagram;
import org.weir.wire.IpAddress;

/// All connections and listeners: the free ones, and those in use by address and port.
final class ConnectionTable {
    /// Chains that are looked at in one call; they are as many as connections, or up to twice as many.
    private static final int PART = 512;

    private final HashTable<TcpConnection> connections;
    private final HashTable<TcpListener> listeners;
    private final UniversalHash hash;
    private final KeyedHash choices;
    private final int capacity;
    /// The one that the last segment belonged to, as long as it is in the table.
    private @Nullable TcpConnection latest;

    private @Nullable TcpConnection freeConnection;
    private @Nullable TcpListener freeListener;
    private @Nullable TcpConnection newestTimeWait;
    private @Nullable TcpConnection oldestTimeWait;
    private int freeConnections;

    ConnectionTable(Tcp tcp, TcpConfig config, Entropy entropy) {
        connections = new HashTable<>(config.connections());
        listeners = new HashTable<>(config.listeners());
        hash = new UniversalHash(entropy);
        choices = new KeyedHash(entropy);
        capacity = config.connections();
        for (int i = 0; i < config.connections(); i++) {
            free(new TcpConnection(tcp));
        }
        for (int i = 0; i < config.listeners(); i++) {
            free(new TcpListener(tcp));
        }
    }

    int inUse() {
        return capacity - freeConnections;
    }

    // ---- for display ----

    int visitConnections(int part, Consumer<TcpConnection> visitor) {
        final int from = part * PART;
        final int to = Math.min(from + PART, connections.chains());
        for (int i = from; i < to; i++) {
            for (TcpConnection c = connections.first(i); c != null; c = c.hashNext()) {
                visitor.accept(c);
            }
        }
        return to == connections.chains() ? -1 : part + 1;
    }

    void visitListeners(Consumer<TcpListener> visitor) {
        for (int i = 0; i < listeners.chains(); i++) {
            for (TcpListener l = listeners.first(i); l != null; l = l.hashNext()) {
                visitor.accept(l);
            }
        }
    }

    // ---- connections ----

    /// A free connection object; null if all are in use.
    @Nullable
    TcpConnection take() {
        final TcpConnection c = freeConnection;
        if (c != null) {
            freeConnection = c.next;
            c.next = null;
            freeConnections--;
        }
        return c;
    }

    void free(TcpConnection c) {
        c.next = freeConnection;
        freeConnection = c;
        freeConnections++;
    }

    void add(TcpConnection c) {
        connections.add(c, hashOf(c.localLow, c.remoteHigh, c.remoteLow, c.localPort, c.remotePort));
        c.inTable = true;
    }

    void remove(TcpConnection c) {
        if (c.inTable) {
            connections.remove(c);
            c.inTable = false;
            if (latest == c) {
                latest = null;
            }
        }
    }

    private int hashOf(long localLow, long remoteHigh, long remoteLow, int localPort, int remotePort) {
        return hash.hash(localLow, remoteHigh, remoteLow, localPort << 16 | remotePort);
    }

    /// The connection that the last segment belonged to; null if it has ended.
    @Nullable
    TcpConnection latest() {
        return latest;
    }

    /// Resets all connections from a local address. Looks at every connection: for when an address goes.
    void abortAll(long localHigh, long localLow, Teardown teardown) {
        for (int i = 0; i < connections.chains(); i++) {
            TcpConnection c = connections.first(i);
            while (c != null) {
                final TcpConnection next = c.hashNext();
                if (c.localLow == localLow && c.localHigh == localHigh && c.state != TcpState.TIME_WAIT) {
                    teardown.abortSilently(c);
                }
                c = next;
            }
        }
    }

    /// The connection that `s` belongs to, null if there is none: often that of the segment before.
    @Nullable
    TcpConnection find(Datagram d, Segment s) {
        final TcpConnection last = latest;
        if (last != null && s.isFor(last, d)) {
            return last;
        }
        final TcpConnection found = lookUp(d, s);
        latest = found == null ? last : found;
        return found;
    }

    private @Nullable TcpConnection lookUp(Datagram d, Segment s) {
        final int h = hashOf(d.destinationLow(), d.sourceHigh(), d.sourceLow(), s.destinationPort, s.sourcePort);
        for (TcpConnection c = connections.first(h); c != null; c = c.hashNext()) {
            if (s.isFor(c, d)) {
                return c;
            }
        }
        return null;
    }

    /// The connection between two ends; null if there is none.
    @Nullable
    TcpConnection find(long localLow, long remoteHigh, long remoteLow, int localPort, int remotePort) {
        final int h = hashOf(localLow, remoteHigh, remoteLow, localPort, remotePort);
        for (TcpConnection c = connections.first(h); c != null; c = c.hashNext()) {
            if (c.remotePort == remotePort
                    && c.localPort == localPort
                    && c.remoteLow == remoteLow
                    && c.localLow == localLow
                    && c.remoteHigh == remoteHigh) {
                return c;
            }
        }
        return null;
    }

    // ---- TIME-WAIT, oldest first, to be given up when all objects are in use ----

    @Nullable
    TcpConnection oldestTimeWait() {
        return oldestTimeWait;
    }

    void linkTimeWait(TcpConnection c) {
        c.inTimeWaitList = true;
        c.previous = newestTimeWait;
        if (newestTimeWait == null) {
            oldestTimeWait = c;
        } else {
            newestTimeWait.next = c;
        }
        newestTimeWait = c;
    }

    void unlinkTimeWait(TcpConnection c) {
        if (!c.inTimeWaitList) {
            return;
        }
        c.inTimeWaitList = false;
        if (c.previous == null) {
            oldestTimeWait = c.next;
        } else {
            c.previous.next = c.next;
        }
        if (c.next == null) {
            newestTimeWait = c.previous;
        } else {
            c.next.previous = c.previous;
        }
        c.previous = null;
        c.next = null;
    }

    // ---- listeners ----

    @Nullable
    TcpListener takeListener() {
        final TcpListener l = freeListener;
        if (l != null) {
            freeListener = l.nextFree;
            l.nextFree = null;
        }
        return l;
    }

    void free(TcpListener l) {
        l.nextFree = freeListener;
        freeListener = l;
    }

    void add(TcpListener l) {
        listeners.add(l, l.localPort);
    }

    void remove(TcpListener l) {
        listeners.remove(l);
    }

    /// The listener for the destination of `s`: one bound to the address goes before one bound to any. Listeners
    /// have their places by their ports alone, which this host chooses.
    @Nullable
    TcpListener findListener(Datagram d, Segment s) {
        final TcpListener exact = findListenerBoundTo(d.destinationLow(), d, s);
        return exact != null ? exact : findListenerBoundTo(IpAddress.ANY.low(), d, s);
    }

    private @Nullable TcpListener findListenerBoundTo(long localLow, Datagram d, Segment s) {
        final int localPort = s.destinationPort;
        TcpListener found = null;
        int count = 0;
        final TcpListener first = listeners.first(localPort);
        for (TcpListener l = first; l != null; l = l.hashNext()) {
            if (l.localPort == localPort && l.localLow == localLow && l.isListening()) {
                found = l;
                count++;
            }
        }
        if (count < 2) {
            return found;
        }
        int rest = choice(d, s, count);
        for (TcpListener l = first; l != null; l = l.hashNext()) {
            if (l.localPort == localPort && l.localLow == localLow && l.isListening() && rest-- == 0) {
                return l;
            }
        }
        return found;
    }

    /// Of those that share a port one takes all segments between two ends: a number below `count`, from a function
    /// whose values may be seen.
    private int choice(Datagram d, Segment s, int count) {
        final long ports = (long) s.destinationPort << 16 | s.sourcePort;
        return (int) Long.remainderUnsigned(
                choices.hash(d.destinationLow(), d.sourceHigh(), d.sourceLow(), ports, 0), count);
    }

    /// True if a bound port stands in the way of binding to this one.
    boolean isTaken(long localLow, int localPort, boolean reuseAddress, boolean reusePort) {
        for (TcpListener l = listeners.first(localPort); l != null; l = l.hashNext()) {
            final boolean shared = reusePort && l.reusePort || reuseAddress && l.reuseAddress && !l.isListening();
            if (overlaps(l, localLow, localPort) && !shared) {
                return true;
            }
        }
        return false;
    }

    private static boolean overlaps(TcpListener l, long localLow, int localPort) {
        final boolean sameAddress =
                l.localLow == localLow || l.localLow == IpAddress.ANY.low() || localLow == IpAddress.ANY.low();
        return l.localPort == localPort && sameAddress;
    }

    /// True if another one listens where `mine` would and does not share the port.
    boolean hasOtherListener(TcpListener mine) {
        for (TcpListener l = listeners.first(mine.localPort); l != null; l = l.hashNext()) {
            final boolean shared = l.reusePort && mine.reusePort;
            if (l != mine && l.isListening() && overlaps(l, mine.localLow, mine.localPort) && !shared) {
                return true;
            }
        }
        return false;
    }
}
