package org.weir.tcp;

/// Told what happens to a connection: the raw interface. Called in the owner's thread, after the segments of a poll
/// have been processed and never from within another call of the stack, so it may call anything. An exception leaves
/// the poll that called; the stack stays consistent.
public interface TcpHandler {
    /// The connection is established. Only for connections that were opened with [Tcp#connect].
    default void connected(TcpConnection connection) {}

    /// There is something to read, or the end of the stream has been reached: [TcpConnection#endOfStream].
    void readable(TcpConnection connection);

    /// Urgent data was announced: [TcpConnection#urgentOctets] says where it ends, and [#readable] follows when it
    /// arrives, RFC 9293 section 3.8.5.
    default void urgent(TcpConnection connection) {}

    /// There is room again after a write that was not taken in full.
    default void writable(TcpConnection connection) {}

    /// The connection ended by `error` before the user closed it. The reference is invalid when this method
    /// returns.
    void failed(TcpConnection connection, TcpError error);
}
