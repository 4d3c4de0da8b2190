package org.weir.services;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;
import org.weir.memory.Pbuf;
import org.weir.tcp.TcpConnection;
import org.weir.tcp.TcpError;
import org.weir.tcp.TcpHandler;
import org.weir.testkit.SimulatedNetwork;
import org.weir.wire.IpAddress;

/// A TCP client of a service on the other host of a simulated network: sends what it is given and keeps what comes
/// back.
public final class TestClient implements TcpHandler {
    public static final long SECOND = 1_000_000_000L;

    private final SimulatedNetwork network;
    private final TcpConnection connection;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private MemorySegment toSend = MemorySegment.ofArray(new byte[0]);
    private long sent;
    private boolean shutsDown;
    private boolean isReading = true;
    private boolean isConnected;
    private boolean sawEnd;
    private @Nullable TcpError error;

    private TestClient(SimulatedNetwork network, int port) {
        this.network = network;
        final TcpConnection c = network.client()
                .stack()
                .tcp()
                .connect(
                        network.server().address().high(),
                        network.server().address().low(),
                        port,
                        IpAddress.ANY.low(),
                        0,
                        this);
        assertNotNull(c);
        connection = c;
    }

    public static TestClient connect(SimulatedNetwork network, int port) {
        final TestClient client = new TestClient(network, port);
        assertTrue(network.runUntil(() -> client.isConnected || client.isOver(), 60 * SECOND), "not connected");
        return client;
    }

    // ---- what to do ----

    public TestClient sends(byte[] octets) {
        assertTrue(sent == toSend.byteSize(), "everything was sent before");
        toSend = MemorySegment.ofArray(octets);
        sent = 0;
        push();
        return this;
    }

    public TestClient sends(String text) {
        return sends(text.getBytes(ISO_8859_1));
    }

    /// Sends a FIN behind what is to be sent.
    public TestClient shutsDownOutput() {
        shutsDown = true;
        push();
        return this;
    }

    public TestClient stopsReading() {
        isReading = false;
        return this;
    }

    public TestClient readsAgain() {
        isReading = true;
        pull();
        return this;
    }

    public void closes() {
        connection.close();
    }

    public void aborts() {
        connection.abort();
    }

    /// Lets time pass.
    public TestClient waits(long ns) {
        network.run(ns);
        return this;
    }

    public TestClient waitsForTheEnd(long limitNs) {
        assertTrue(network.runUntil(this::isOver, limitNs), () -> "not over; received " + received.size());
        return this;
    }

    public TestClient waitsFor(int octets) {
        assertTrue(
                network.runUntil(() -> received.size() >= octets, 60 * SECOND),
                () -> "received " + received.size() + " of " + octets);
        return this;
    }

    // ---- what happened ----

    public byte[] received() {
        return received.toByteArray();
    }

    public String text() {
        return received.toString(ISO_8859_1);
    }

    /// What came since the last call.
    public String newText() {
        final String text = text();
        received.reset();
        return text;
    }

    /// Octets that the stack has taken for sending.
    public long sent() {
        return sent;
    }

    public boolean sawEnd() {
        return sawEnd;
    }

    public boolean isOver() {
        return sawEnd || error != null;
    }

    public @Nullable TcpError error() {
        return error;
    }

    // ---- events ----

    @Override
    public void connected(TcpConnection c) {
        isConnected = true;
        push();
    }

    @Override
    public void readable(TcpConnection c) {
        pull();
    }

    @Override
    public void writable(TcpConnection c) {
        push();
    }

    @Override
    public void failed(TcpConnection c, TcpError why) {
        error = why;
    }

    private void push() {
        sent += connection.write(toSend, sent, (int) (toSend.byteSize() - sent));
        if (shutsDown && sent == toSend.byteSize()) {
            connection.shutdownOutput();
            shutsDown = false;
        }
    }

    private void pull() {
        if (!isReading) {
            return;
        }
        for (Pbuf piece = connection.received(); piece != null; piece = connection.received()) {
            final byte[] octets = new byte[piece.length()];
            MemorySegment.copy(piece.segment(), ValueLayout.JAVA_BYTE, piece.offset(), octets, 0, octets.length);
            received.writeBytes(octets);
            connection.consume(octets.length);
        }
        sawEnd |= connection.endOfStream();
    }
}
