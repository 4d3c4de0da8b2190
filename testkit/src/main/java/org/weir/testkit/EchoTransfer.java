package org.weir.testkit;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.weir.stack.SocketAddress;
import org.weir.stack.SocketCallback;
import org.weir.stack.Sockets;

/// The client sends a pattern, the server sends it back and the client checks every octet; then both close. Driven by
/// socket callbacks, allocation-free once made.
public final class EchoTransfer {
    private static final int PORT = 7;
    private static final int CHUNK = 16 * 1024;

    private final Sockets client;
    private final Sockets server;
    private final MemorySegment clientBuffer = Arena.ofAuto().allocate(CHUNK);
    private final MemorySegment serverBuffer = Arena.ofAuto().allocate(CHUNK);
    private final SocketCallback onAcceptable = (descriptor, events) -> accept();
    private final SocketCallback onServer = (descriptor, events) -> pumpServer();
    private final SocketCallback onClient = (descriptor, events) -> pumpClient();
    private final SocketAddress far;
    private long octets;
    private int listener;
    private int socket;
    private int accepted;
    private int echoHeld;
    private int echoSent;
    private boolean clientClosed;
    private boolean serverClosed;
    private long sent;
    private long verified;

    /// Between the network's client and its server.
    public EchoTransfer(SimulatedNetwork network) {
        client = network.client().stack().sockets();
        server = network.server().stack().sockets();
        far = new SocketAddress(network.server().address(), PORT);
    }

    /// Opens a connection and begins to send `count` octets. The transfer before must be done.
    public EchoTransfer start(long count) {
        octets = count;
        accepted = -1;
        echoHeld = 0;
        echoSent = 0;
        clientClosed = false;
        serverClosed = false;
        sent = 0;
        verified = 0;
        listener = server.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
        require(server.bind(listener, far));
        require(server.listen(listener, 1));
        server.callback(listener, onAcceptable);
        socket = client.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
        client.connect(socket, far);
        client.callback(socket, onClient);
        return this;
    }

    private static void require(int result) {
        if (result < 0) {
            throw new AssertionError("a socket call failed: " + result);
        }
    }

    /// True once everything came back and both ends have closed.
    public boolean isDone() {
        return clientClosed && serverClosed;
    }

    /// Octets that came back right.
    public long verified() {
        return verified;
    }

    // ---- the client ----

    private static byte pattern(long position) {
        return (byte) (position * 31 + (position >>> 11));
    }

    private void pumpClient() {
        if (clientClosed) {
            return;
        }
        while (sent < octets && sendSome()) {
            continue;
        }
        while (verifySome()) {
            continue;
        }
    }

    private boolean sendSome() {
        final int length = (int) Math.min(CHUNK, octets - sent);
        for (int i = 0; i < length; i++) {
            clientBuffer.set(ValueLayout.JAVA_BYTE, i, pattern(sent + i));
        }
        final int taken = client.send(socket, clientBuffer, 0, length);
        if (taken <= 0) {
            return false;
        }
        sent += taken;
        if (sent == octets) {
            require(client.shutdown(socket, Sockets.SHUT_WR));
        }
        return taken == length;
    }

    private boolean verifySome() {
        final int count = client.receive(socket, clientBuffer, 0, CHUNK, 0);
        if (count == 0) {
            client.close(socket);
            clientClosed = true;
        }
        if (count <= 0) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            if (clientBuffer.get(ValueLayout.JAVA_BYTE, i) != pattern(verified + i)) {
                throw new AssertionError("octet " + (verified + i) + " came back wrong");
            }
        }
        verified += count;
        return true;
    }

    // ---- the server ----

    private void accept() {
        accepted = server.accept(listener, null);
        require(accepted);
        server.close(listener);
        server.callback(accepted, onServer);
        pumpServer();
    }

    private void pumpServer() {
        while (!serverClosed && echoSome()) {
            continue;
        }
    }

    private boolean echoSome() {
        if (echoSent == echoHeld) {
            echoSent = 0;
            echoHeld = server.receive(accepted, serverBuffer, 0, CHUNK, 0);
            if (echoHeld == 0) {
                server.close(accepted);
                serverClosed = true;
            }
            if (echoHeld <= 0) {
                echoHeld = 0;
                return false;
            }
        }
        final int taken = server.send(accepted, serverBuffer, echoSent, echoHeld - echoSent);
        echoSent += Math.max(0, taken);
        return taken > 0;
    }

    @Override
    public String toString() {
        return "echo of " + octets + " octets: " + sent + " sent, " + verified + " verified, client "
                + (clientClosed ? "closed" : "open") + ", server " + (serverClosed ? "closed" : "open");
    }
}
