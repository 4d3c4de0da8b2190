package org.weir.preload;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weir.base.SplitMix64;
import org.weir.drivers.Epoll;
import org.weir.preload.Program.End;
import org.weir.stack.SelfExercise;
import org.weir.stack.SocketAddress;
import org.weir.stack.Sockets;
import org.weir.testkit.AllocationGuard;
import org.weir.testkit.SimulatedNetwork;
import org.weir.wire.IpAddress;

/// What goes through the door allocates nothing. Run a second time in the interpreter.
@Tag("allocation")
class PreloadAllocationTest {
    private static final int PORT = 7;
    /// The interpreter allocates what the code says, so one round must do.
    private static final int ROUNDS = Boolean.getBoolean("weir.interpreter") ? 1 : 10;
    private static final int OCTETS_PER_ROUND = 1 << 20;
    private static final int MOST_ECHOES = 200;
    private static final long MILLI = 1_000_000L;

    private final SimulatedNetwork network = new SimulatedNetwork(SimulatedNetwork.Plan.perfect());
    private final Sockets far = network.server().stack().sockets();
    private final int farAddress = network.server().address().ipv4();
    private final MemorySegment out = Arena.ofAuto().allocate(1 << 17, 8);
    private final MemorySegment in = Arena.ofAuto().allocate(1 << 17, 8);
    private final MemorySegment farBuffer = Arena.ofAuto().allocate(1 << 17, 8);

    @TempDir
    private Path directory;

    private PreloadServer server;
    private Program program;

    @BeforeEach
    void aProgramAtTheDoor() throws IOException {
        SelfExercise.run();
        server = PreloadServer.listen(
                network.client().stack(), new SplitMix64(System.nanoTime()), directory.resolve("door"));
        program = new Program(directory.resolve("door"), this::turn);
    }

    @AfterEach
    void nothingLeaks() throws IOException {
        program.close();
        while (!server.isUnused()) {
            turn();
        }
        network.assertNoLeaks();
        server.close();
        network.close();
    }

    private void turn() {
        server.poll(network.nowNs());
        network.step(network.nowNs() + MILLI);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1_000, 65_536})
    void anEchoOfAStreamAllocatesNothing(int octets) {
        final int listener = far.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
        assertEquals(0, far.bind(listener, new SocketAddress(IpAddress.ANY, PORT)));
        assertEquals(0, far.listen(listener, 1));
        final End end = program.socket(Sockets.SOCK_STREAM, 0);
        program.connect(end, farAddress, PORT);
        program.await(end, Epoll.EPOLLOUT);
        final StreamEcho echo = new StreamEcho(end, far.accept(listener, null), octets);
        assertEquals(0, far.close(listener));
        echo.run();
        AllocationGuard.assertAllocatesNothing("echoes of " + octets + " octets", ROUNDS, echo);
        program.close(end);
        while (far.receive(echo.socket, in, 0, 1, 0) != 0) {
            turn();
        }
        far.close(echo.socket);
    }

    private static int echoes(int octets) {
        return Math.min(MOST_ECHOES, OCTETS_PER_ROUND / octets);
    }

    /// The program sends, the other host sends back what it has got, the program reads it.
    private final class StreamEcho implements Runnable {
        private final End end;
        private final int socket;
        private final int octets;

        private StreamEcho(End end, int socket, int octets) {
            this.end = end;
            this.socket = socket;
            this.octets = octets;
        }

        @Override
        public void run() {
            for (int i = echoes(octets); i > 0; i--) {
                echo();
            }
        }

        private void echo() {
            int written = 0;
            int got = 0;
            int returned = 0;
            int read = 0;
            while (read < octets) {
                if (written < octets) {
                    written += Math.max(0, program.write(end, out, written, octets - written));
                }
                got += Math.max(0, far.receive(socket, farBuffer, got, octets - got, 0));
                if (returned < got) {
                    returned += Math.max(0, far.send(socket, farBuffer, returned, got - returned));
                }
                read += Math.max(0, program.read(end, in, read, octets - read));
                turn();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1_400})
    void anEchoOfDatagramsAllocatesNothing(int octets) {
        final int socket = far.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
        assertEquals(0, far.bind(socket, new SocketAddress(IpAddress.ANY, PORT)));
        final End end = program.socket(Sockets.SOCK_DGRAM, 0);
        Protocol.address(out, Protocol.DATAGRAM_ADDRESS, farAddress);
        Protocol.port(out, Protocol.DATAGRAM_PORT, PORT);
        final SocketAddress from = new SocketAddress();
        final int message = Protocol.DATAGRAM_SIZE + octets;
        final Runnable echoes = () -> {
            for (int i = echoes(octets); i > 0; i--) {
                program.write(end, out, 0, message);
                while (far.receiveFrom(socket, farBuffer, 0, octets, 0, from) < 0) {
                    turn();
                }
                far.sendTo(socket, farBuffer, 0, octets, from);
                while (program.read(end, in, 0, message) < 0) {
                    turn();
                }
            }
        };
        echoes.run();
        AllocationGuard.assertAllocatesNothing("datagrams of " + octets + " octets", ROUNDS, echoes);
        program.close(end);
        far.close(socket);
    }
}
