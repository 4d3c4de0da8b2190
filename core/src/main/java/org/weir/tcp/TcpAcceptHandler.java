package org.weir.tcp;

/// Told of new connections, in the owner's thread.
@FunctionalInterface
public interface TcpAcceptHandler {
    /// [TcpListener#accept] has something to give.
    void acceptable(TcpListener listener);
}
