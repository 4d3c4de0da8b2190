package org.weir.cli.manage;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.weir.runtime.StackEndedException;
import org.weir.runtime.bsd.BlockingSockets;
import org.weir.stack.SocketAddress;
import org.weir.stack.Sockets;
import org.weir.wire.IpAddress;

/// One socket of the stack for one client: what the client sends goes out, what comes in goes to the client.
///
/// ```text
///   client --- frames --> | up, a thread of its own  | --> socket
///          <-- frames --- | down, the client's thread | <--
/// ```
///
/// A thread that waits for the socket ends when the client has gone, since the other one then closes the socket.
final class Relay implements AutoCloseable {
    private final BlockingSockets sockets;
    private final Exchange exchange;
    private final boolean isStream;
    private final int socket;
    /// What octets go out by; known once there is a peer.
    private final CompletableFuture<Integer> connected = new CompletableFuture<>();
    private final ReentrantLock writing = new ReentrantLock();
    private final Thread up;

    private Relay(BlockingSockets sockets, Exchange exchange, boolean isStream, int socket) {
        this.sockets = sockets;
        this.exchange = exchange;
        this.isStream = isStream;
        this.socket = socket;
        this.up = Thread.ofVirtual().name("manage-up").unstarted(this::pumpUp);
    }

    /// Opens a socket.
    static Relay open(BlockingSockets sockets, Exchange exchange, boolean isStream) throws RequestException {
        final int type = isStream ? Sockets.SOCK_STREAM : Sockets.SOCK_DGRAM;
        final int socket = check(sockets.socket(Sockets.AF_INET, type));
        return new Relay(sockets, exchange, isStream, socket);
    }

    private static int check(int result) throws RequestException {
        if (result < 0) {
            throw new RequestException(SocketErrors.text(result));
        }
        return result;
    }

    void bind(IpAddress address, int port) throws RequestException {
        check(sockets.bind(socket, new SocketAddress(address, port)));
    }

    // ---- who begins ----

    /// Connects to `remote` and relays until both ends have enough.
    void connect(SocketAddress remote, long timeoutNs) throws IOException, RequestException {
        check(sockets.sendTimeout(socket, timeoutNs));
        check(sockets.connect(socket, remote));
        sockets.sendTimeout(socket, Long.MAX_VALUE);
        exchange.begin(ends(socket));
        up.start();
        connected.complete(socket);
        pumpDown(socket);
        await();
    }

    /// Waits for a peer, and relays as above.
    void listen() throws IOException, RequestException {
        if (isStream) {
            check(sockets.listen(socket, 1));
        }
        exchange.begin(ends(socket));
        up.start();
        if (isStream) {
            acceptOne();
        } else {
            awaitDatagram();
        }
        await();
    }

    private void acceptOne() throws IOException, RequestException {
        final int accepted = check(sockets.accept(socket, null));
        sockets.close(socket);
        tellOfPeer(accepted);
        pumpDown(accepted);
    }

    /// From now on octets go out by `peer`, a socket that is closed with this object.
    private void tellOfPeer(int peer) throws IOException {
        connected.complete(peer);
        writing.lock();
        try {
            exchange.begin(ends(peer));
        } finally {
            writing.unlock();
        }
    }

    /// Whoever sends first is the peer.
    private void awaitDatagram() throws IOException, RequestException {
        final SocketAddress sender = new SocketAddress();
        final byte[] first = new byte[RelayFrame.LONGEST];
        final int length = check(sockets.receiveFrom(socket, MemorySegment.ofArray(first), 0, first.length, 0, sender));
        check(sockets.connect(socket, sender));
        tellOfPeer(socket);
        write(RelayFrame.encode(RelayFrame.Kind.DATA, ByteBuffer.wrap(first, 0, length)));
        pumpDown(socket);
    }

    private JsonObject ends(int of) {
        final JsonObject facts = new JsonObject();
        final SocketAddress end = new SocketAddress();
        if (sockets.localAddress(of, end) == 0) {
            facts.addProperty("local", end.toString());
        }
        if (sockets.remoteAddress(of, end) == 0) {
            facts.addProperty("peer", end.toString());
        }
        return facts;
    }

    // ---- the pumps ----

    private void pumpUp() {
        try {
            if (exchange.input().awaitOctets()) {
                pumpUp(connected.join());
            }
        } catch (IOException | StackEndedException | CancellationException _) {
            // The client has gone, or the host, or the peer before it came.
        } finally {
            close();
        }
    }

    private void pumpUp(int to) throws IOException {
        for (RelayFrame frame = RelayFrame.read(exchange.input());
                frame != null;
                frame = RelayFrame.read(exchange.input())) {
            switch (frame.kind()) {
                case DATA -> {
                    final MemorySegment octets = MemorySegment.ofBuffer(frame.octets());
                    final int result = sockets.send(to, octets, 0, (int) octets.byteSize(), 0);
                    if (result < 0 && isStream) {
                        return; // The other direction knows why, and has told.
                    }
                }
                case END -> sockets.shutdown(to, Sockets.SHUT_WR);
                case FAILURE -> {
                    return;
                }
            }
        }
    }

    private void pumpDown(int from) throws IOException {
        final byte[] buffer = new byte[RelayFrame.LONGEST];
        final MemorySegment memory = MemorySegment.ofArray(buffer);
        while (true) {
            final int count = sockets.receive(from, memory, 0, buffer.length, 0);
            if (count < 0) {
                write(RelayFrame.failure(SocketErrors.text(count)));
                return;
            }
            if (count == 0 && isStream) {
                write(RelayFrame.encode(RelayFrame.Kind.END, ByteBuffer.allocate(0)));
                return;
            }
            write(RelayFrame.encode(RelayFrame.Kind.DATA, ByteBuffer.wrap(buffer, 0, count)));
        }
    }

    private void write(ByteBuffer frame) throws IOException {
        writing.lock();
        try {
            exchange.octets(frame);
            exchange.flush();
        } finally {
            writing.unlock();
        }
    }

    /// Waits until the client has gone too.
    private void await() {
        try {
            up.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// Closes the sockets; the client too, which may be waiting for more.
    @Override
    public void close() {
        connected.cancel(false);
        try {
            if (!connected.isCancelled()) {
                sockets.close(connected.join());
            }
            sockets.close(socket);
        } catch (StackEndedException _) {
            // With the host, all its sockets have ended.
        }
    }
}
