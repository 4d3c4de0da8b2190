package org.weir.preload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.weir.base.SplitMix64;
import org.weir.drivers.Epoll;
import org.weir.preload.Program.End;
import org.weir.stack.Errno;
import org.weir.stack.SocketAddress;
import org.weir.stack.Sockets;
import org.weir.testkit.SimulatedNetwork;
import org.weir.wire.IpAddress;

/// The door and what is behind it: one host has it, the other is the network. Nothing may be left of a test.
abstract class AtTheDoor {
    static final int PORT = 7;
    static final int OTHER_PORT = 8;
    static final int SOCK_RAW = 3;
    static final int LOOPBACK = 0x7F00_0001;
    static final int FAR_AWAY = 0xC633_6401;
    private static final long MILLI = 1_000_000L;
    private static final int MOST_TURNS = 100_000;

    final SimulatedNetwork network = new SimulatedNetwork(SimulatedNetwork.Plan.perfect());
    final Sockets far = network.server().stack().sockets();
    final int farAddress = network.server().address().ipv4();
    final int nearAddress = network.client().address().ipv4();
    final MemorySegment out = Arena.ofAuto().allocate(4_096, 8);
    final MemorySegment in = Arena.ofAuto().allocate(4_096, 8);

    @TempDir
    Path directory;

    Path path;
    PreloadServer server;
    Program program;

    @BeforeEach
    void aProgramAtTheDoor() throws IOException {
        path = directory.resolve("door");
        server = PreloadServer.listen(network.client().stack(), new SplitMix64(System.nanoTime()), path);
        program = new Program(path, this::turn);
    }

    @AfterEach
    void nothingLeaks() throws IOException {
        program.close();
        until(server::isUnused);
        network.assertNoLeaks();
        server.close();
        assertFalse(Files.exists(path));
        network.close();
    }

    void turn() {
        server.poll(network.nowNs());
        network.step(network.nowNs() + MILLI);
    }

    void until(BooleanSupplier done) {
        int turns = 0;
        while (!done.getAsBoolean()) {
            assertTrue(turns++ < MOST_TURNS, "it does not happen");
            turn();
        }
    }

    // ---- sockets at both ends ----

    End stream() {
        return program.socket(Sockets.SOCK_STREAM, 0);
    }

    int farListener() {
        final int listener = far.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
        assertEquals(0, far.bind(listener, new SocketAddress(IpAddress.ANY, PORT)));
        assertEquals(0, far.listen(listener, 4));
        return listener;
    }

    /// A connection of the program's to the other host.
    record Connection(End near, int far) {}

    Connection connected() {
        final int listener = farListener();
        final End end = stream();
        assertEquals(Errno.EINPROGRESS, program.connect(end, farAddress, PORT));
        assertEquals(0, program.events(end) & Epoll.EPOLLOUT);
        program.await(end, Epoll.EPOLLOUT);
        final int accepted = far.accept(listener, null);
        assertTrue(accepted >= 0);
        assertEquals(0, far.close(listener));
        return new Connection(end, accepted);
    }

    void put(String text) {
        final byte[] octets = text.getBytes(StandardCharsets.US_ASCII);
        MemorySegment.copy(octets, 0, out, ValueLayout.JAVA_BYTE, 0, octets.length);
    }

    void write(End end, String text) {
        put(text);
        assertEquals(text.length(), program.write(end, out, 0, text.length()));
    }

    void reads(End end, String text) {
        final int[] got = {0};
        until(() -> {
            got[0] += Math.max(0, program.read(end, in, got[0], 4_096 - got[0]));
            return got[0] >= text.length();
        });
        assertEquals(text, text(got[0]));
    }

    String text(int octets) {
        return new String(in.asSlice(0, octets).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.US_ASCII);
    }

    void farReads(int socket, String text) {
        final int[] got = {0};
        until(() -> {
            got[0] += Math.max(0, far.receive(socket, in, got[0], 4_096 - got[0], 0));
            return got[0] >= text.length();
        });
        assertEquals(text, text(got[0]));
    }

    /// Both say that they have no more, and hear it.
    void closeBoth(Connection c) {
        program.close(c.near());
        until(() -> far.receive(c.far(), in, 0, 1, 0) == 0);
        assertEquals(0, far.close(c.far()));
        until(() -> server.open() == 0);
    }
}
