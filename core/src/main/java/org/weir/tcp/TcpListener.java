package org.weir.tcp;

import org.jspecify.annotations.Nullable;
import org.weir.base.HashEntry;

/// A bound local port, and the queue of connections that arrived on it once [#listen] was called. Belongs to the
/// stack's owner; the reference is valid until [#close].
public final class TcpListener extends HashEntry<TcpListener> {
    private static final int LEAST_SYN_QUEUE = 8;

    private final Tcp tcp;
    long localHigh;
    long localLow;
    int localPort;
    int backlog;
    /// Connections in SYN-RECEIVED.
    int halfOpen;
    /// Connections that wait for [#accept].
    int waiting;
    /// Counts the uses of this object, so that a connection finds out that its listener has gone.
    int generation;

    boolean reuseAddress;
    boolean reusePort;
    /// What connections that arrive here begin with.
    SharedSettings settings;

    @Nullable
    Object attachment;

    @Nullable
    TcpAcceptHandler handler;

    @Nullable
    TcpConnection firstWaiting;

    @Nullable
    TcpConnection lastWaiting;

    @Nullable
    TcpListener nextFree;

    /// The next one whose user is to be told of a connection.
    @Nullable
    TcpListener nextAcceptable;

    TcpListener(Tcp tcp) {
        this.tcp = tcp;
        this.settings = tcp.settings().takeDefaults();
    }

    public long localHigh() {
        return localHigh;
    }

    public long localLow() {
        return localLow;
    }

    public int localPort() {
        return localPort;
    }

    public boolean isListening() {
        return backlog > 0;
    }

    /// Connections that may wait for [#accept]; 0 before [#listen].
    public int backlog() {
        return backlog;
    }

    /// Connections that wait for [#accept].
    public int waiting() {
        return waiting;
    }

    /// Whatever the user wants to find again in a handler.
    public void attachment(@Nullable Object any) {
        attachment = any;
    }

    public @Nullable Object attachment() {
        return attachment;
    }

    /// Takes over `changed` (copied) for the connections that arrive from now on.
    ///
    /// @return false, and everything is as before, if the stack's connections have too many different settings
    /// @throws IllegalArgumentException that names the setting, its value and what is permitted
    public boolean use(TcpSettings changed) {
        tcp.checkOwner();
        changed.check();
        final SharedSettings shared = tcp.settings().exchange(settings, changed);
        if (shared == null) {
            return false;
        }
        settings = shared;
        return true;
    }

    /// Begins to accept connections.
    ///
    /// @param connections how many may wait for [#accept], and how many may be half open before SYNs are answered
    /// by cookies; at least 1
    /// @return false if the port is shared and another one listens on it, or the filter refuses: [Tcp#refusal]
    public boolean listen(int connections, TcpAcceptHandler events) {
        tcp.checkOwner();
        if (backlog == 0 && !tcp.mayListen(this)) {
            return false;
        }
        backlog = Math.max(1, connections);
        handler = events;
        return true;
    }

    /// The accept queue is full: what else arrives has to come again.
    boolean isFull() {
        return waiting >= backlog;
    }

    /// The SYN queue is full: SYNs are answered by cookies.
    boolean hasManyHalfOpen() {
        return halfOpen >= Math.max(backlog, LEAST_SYN_QUEUE);
    }

    /// Gives the connection that has waited longest to the caller, who sets its handler; null if none waits. It may
    /// have failed meanwhile: its handler is then told.
    public @Nullable TcpConnection accept() {
        tcp.checkOwner();
        final TcpConnection c = firstWaiting;
        if (c == null) {
            return null;
        }
        firstWaiting = c.next;
        if (firstWaiting == null) {
            lastWaiting = null;
        }
        c.next = null;
        waiting--;
        return c;
    }

    void enqueue(TcpConnection c) {
        if (lastWaiting == null) {
            firstWaiting = c;
        } else {
            lastWaiting.next = c;
        }
        lastWaiting = c;
        waiting++;
    }

    /// Frees the port. Connections that nobody has accepted are reset.
    public void close() {
        tcp.checkOwner();
        for (TcpConnection c = accept(); c != null; c = accept()) {
            c.abort();
        }
        tcp.teardown().close(this);
    }
}
