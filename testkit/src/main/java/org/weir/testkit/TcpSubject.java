package org.weir.testkit;

import org.jspecify.annotations.Nullable;

/// A TCP with one application on it, at 192.0.2.2, whose peer is a [TcpScript] at 192.0.2.1: Weir in virtual time
/// ([WeirSubject]) or any other that can be reached by IP packets.
///
/// What the application does is done when the method returns. Anything that cannot be done at all is an
/// `AssertionError`.
public interface TcpSubject extends AutoCloseable {
    /// The peer's address.
    int PEER_ADDRESS = FramePeer.PEER_ADDRESS;
    /// The subject's own.
    int ADDRESS = FramePeer.STACK_ADDRESS;

    // ---- the application ----

    /// Listens on `port`.
    void listen(int port);

    /// Begins to open a connection to `port` of the peer.
    void connect(int port);

    /// Takes the connection that was established; the application has this one from now on.
    void accept();

    /// Offers octets. Returns how many were taken.
    int write(byte[] octets);

    /// Reads what is there. Returns how many octets, -1 at the end of the stream.
    int read(byte[] target);

    /// Switches Nagle's algorithm off.
    void noDelay();

    /// Ends the sending direction.
    void shutdownOutput();

    /// Closes and forgets the connection.
    void closeConnection();

    /// Resets and forgets the connection.
    void abort();

    /// What ended the connection: `REFUSED`, `RESET` or `TIMED_OUT`; empty if it did not end so.
    String error();

    // ---- the wire ----

    /// An IP packet arrives.
    void send(byte[] packet);

    /// The next IP packet that the subject has sent, at most `withinNs` from now; null if none comes.
    byte @Nullable [] receive(long withinNs);

    /// Lets time pass.
    void pass(long ns);

    /// Ends everything.
    @Override
    void close();
}
