package org.weir.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.weir.stack.SocketAddress;
import org.weir.stack.Sockets;
import org.weir.testkit.SimulatedNetwork;
import org.weir.testkit.SimulatedNetwork.Plan;

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
}
