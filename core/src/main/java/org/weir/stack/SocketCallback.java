package org.weir.stack;

/// Told when a socket's readiness has changed. Called in the owner's thread, between packets: it may call anything.
@FunctionalInterface
public interface SocketCallback {
    /// `events` are bits of [Sockets]: those of [Sockets#ready] that hold now.
    void ready(int descriptor, int events);
}
