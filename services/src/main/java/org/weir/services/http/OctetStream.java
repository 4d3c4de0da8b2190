package org.weir.services.http;

import java.lang.foreign.MemorySegment;
import org.weir.tcp.TcpConnection;

/// The octets between a server and one client: those of TCP, or what TLS makes of them. Made once, carries one
/// connection after another.
///
/// Whoever reads or writes less than it wanted is told by an event of the TCP connection when to try again.
interface OctetStream {
    /// A client has connected.
    ///
    /// @param onProgress called if something can go on that did not wait for TCP
    void begin(TcpConnection c, Runnable onProgress);

    /// Does what has to be done before octets can be read and written, and sends what waits. True if they can be.
    boolean isReady();

    /// Copies up to `length` octets to `target`. Returns how many there were.
    int read(MemorySegment target, int offset, int length);

    /// The client has said that it sends no more, and all of it was read. What ends a body is never this, but its
    /// length or its last chunk: so an end that somebody else has made on the way (a truncation attack) completes
    /// nothing.
    boolean endOfStream();

    /// Takes a copy of up to `length` octets. Returns how many.
    int write(MemorySegment source, long offset, int length);

    /// As [#write], of memory that stays as it is for as long as the stack lives, by reference where that pays.
    long writeRom(MemorySegment source, long offset, long length);

    /// Nothing more can be read or written; the client has been told why if that could be said.
    boolean hasFailed();

    /// All that was written, and the end if it was said, has been given to TCP.
    boolean isFlushed();

    /// Octets that the client has not acknowledged.
    int unacknowledged();

    /// Says that no more will be sent.
    void shutdownOutput();

    /// Drops what can be read: nobody wants it any more.
    void drain();

    /// Ends the connection in order.
    void close();

    /// Ends the connection at once.
    void abort();

    /// The connection has gone.
    void ended();
}
