package org.weir.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.weir.base.SplitMix64;
import org.weir.runtime.IdleStrategy;
import org.weir.runtime.ParkingWaiter;
import org.weir.runtime.SharedStack;
import org.weir.runtime.os.OsPort;
import org.weir.runtime.os.OsThread;
import org.weir.runtime.os.ThreadPort;
import org.weir.runtime.sequential.NetBuffer;
import org.weir.runtime.sequential.NetConnection;
import org.weir.runtime.sequential.NetException;
import org.weir.runtime.sequential.NetType;
import org.weir.runtime.sequential.SequentialStack;
import org.weir.stack.Errno;
import org.weir.stack.SocketAddress;
import org.weir.stack.Sockets;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;
import org.weir.testkit.SimulatedNetwork;
import org.weir.testkit.SimulatedNetwork.Plan;
import org.weir.wire.IpAddress;

final class ExamplesTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void httpGetFetchesAPage() {
        final String answer = HttpGet.fetch("/");
        assertTrue(answer.startsWith("HTTP/1.1 200 OK\r\n") && answer.endsWith("</html>\n"), answer);
        assertTrue(HttpGet.fetch("/none").startsWith("HTTP/1.1 404 Not Found\r\n"));
    }

    @Test
    void echoServerSendsBack() {
        try (SimulatedNetwork network = new SimulatedNetwork(Plan.perfect())) {
            EchoServer.serve(network.server().stack(), 7_777);
            final Sockets sockets = network.client().stack().sockets();
            final int socket = sockets.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
            sockets.connect(socket, new SocketAddress(network.server().address(), 7_777));
            network.run(SECOND);
            final byte[] hello = "hello".getBytes(US_ASCII);
            assertEquals(hello.length, sockets.send(socket, MemorySegment.ofArray(hello), 0, hello.length));
            network.run(SECOND);
            final byte[] answer = new byte[16];
            assertEquals(hello.length, sockets.receive(socket, MemorySegment.ofArray(answer), 0, answer.length, 0));
            assertEquals("hello", new String(answer, 0, hello.length, US_ASCII));
            sockets.close(socket);
            network.assertNoLeaks();
        }
    }

    @Test
    void webServerSequentialServesItsPage() throws Exception {
        final Stack stack = Stack.create(StackConfig.small(), new SplitMix64(1), System.nanoTime());
        try (OsPort os = ThreadPort.virtual()) {
            final OsThread server;
            try (SharedStack shared = SharedStack.start(stack, new ParkingWaiter(), IdleStrategy.SLEEP, "stack")) {
                final SequentialStack net = new SequentialStack(shared, os);
                server = os.start("server", () -> serveUntilTheStackEnds(net, os));
                final String page = ask(net, "GET / HTTP/1.1\r\n\r\n");
                assertTrue(page.startsWith("HTTP/1.1 200 OK\r\n") && page.endsWith("</html>\n"), page);
                assertTrue(ask(net, "GET /none HTTP/1.1\r\n\r\n").startsWith("HTTP/1.1 404 Not Found\r\n"));
                assertEquals("", ask(net, "nonsense"));
            }
            assertTrue(server.join(10 * SECOND));
        }
    }

    private static void serveUntilTheStackEnds(SequentialStack net, OsPort os) throws Exception {
        final NetException end = assertThrows(NetException.class, () -> WebServerSequential.serve(net, os, 80));
        assertEquals(Errno.ECONNABORTED, end.errno());
    }

    /// What `localhost` answers before it closes, to a request in two pieces behind which nothing follows.
    private static String ask(SequentialStack net, String request) throws Exception {
        final StringBuilder answer = new StringBuilder();
        try (NetConnection client = connect(net);
                NetBuffer piece = net.buffer()) {
            client.timeoutNs(10 * SECOND);
            client.write(request.substring(0, 4).getBytes(US_ASCII));
            client.write(request.substring(4).getBytes(US_ASCII));
            client.shutdownOutput();
            while (client.receive(piece)) {
                answer.append(new String(piece.toArray(), US_ASCII));
            }
        }
        return answer.toString();
    }

    private static NetConnection connect(SequentialStack net) throws Exception {
        while (true) {
            final NetConnection client = net.open(NetType.TCP);
            try {
                client.connect(IpAddress.parse("127.0.0.1"), 80);
                return client;
            } catch (NetException e) {
                assertEquals(Errno.ECONNREFUSED, e.errno()); // The server has not begun yet.
                client.close();
            }
        }
    }

    @Test
    void webServerRawServesItsPage() {
        try (SimulatedNetwork network = new SimulatedNetwork(Plan.perfect())) {
            WebServerRaw.serve(network.server().stack(), 80);
            final String page = ask(network, "GET / HTTP/1.1\r\n\r\n");
            assertTrue(page.startsWith("HTTP/1.1 200 OK\r\n") && page.endsWith("</html>\n"), page);
            assertTrue(ask(network, "GET /none HTTP/1.1\r\n\r\n").startsWith("HTTP/1.1 404 Not Found\r\n"));
            assertEquals("error -104", ask(network, "x".repeat(5_000)));
            network.assertNoLeaks();
        }
    }

    /// What the server answers to a request in two pieces.
    private static String ask(SimulatedNetwork network, String request) {
        final Sockets sockets = network.client().stack().sockets();
        final int socket = sockets.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
        sockets.connect(socket, new SocketAddress(network.server().address(), 80));
        network.run(SECOND);
        final MemorySegment octets = MemorySegment.ofArray(request.getBytes(US_ASCII));
        sockets.send(socket, octets, 0, 4);
        network.run(SECOND);
        sockets.send(socket, octets, 4, (int) octets.byteSize() - 4);
        network.run(SECOND);
        final byte[] answer = new byte[1_024];
        final int length = sockets.receive(socket, MemorySegment.ofArray(answer), 0, answer.length, 0);
        sockets.close(socket);
        network.run(SECOND);
        return length < 0 ? "error " + length : new String(answer, 0, length, US_ASCII);
    }
}
