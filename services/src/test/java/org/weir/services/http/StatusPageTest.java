package org.weir.services.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.weir.link.DropReason;
import org.weir.services.TestClient;
import org.weir.stack.Stack;
import org.weir.testkit.SimulatedNetwork;
import org.weir.testkit.SimulatedNetwork.Plan;

final class StatusPageTest {
    @Test
    void showsHowTheHostIsDoing() {
        try (SimulatedNetwork network = new SimulatedNetwork(Plan.perfect())) {
            final Stack stack = network.server().stack();
            final HttpConfig config = HttpConfig.defaults(0);
            final StatusPage page =
                    new StatusPage(stack, config.addTo(stack.config().plan()));
            HttpServer.start(stack, network.server().address(), 80, config, page);
            stack.drops().count(DropReason.IPV4_FRAGMENT_OVERLAP);
            final TestClient client = TestClient.connect(network, 80)
                    .sends("GET / HTTP/1.0\r\n\r\nGET /none HTTP/1.0\r\n\r\n")
                    .waitsForTheEnd(TestClient.SECOND);
            final String text = client.text();
            assertTrue(text.startsWith("HTTP/1.1 200 OK\r\n"));
            assertTrue(text.contains("[192.0.2.2/24]"));
            assertTrue(text.contains("<tr><th>IPV4_FRAGMENT_OVERLAP: overlapping fragments</th><td>1</td></tr>"));
            assertTrue(text.contains("HTTP request buffers"));
            final int body = text.indexOf("\r\n\r\n") + 4;
            assertTrue(text.contains("Content-Length: " + (text.length() - body) + "\r\n"));
            assertEquals("</html>\n", text.substring(text.length() - 8));
            client.closes();
            network.assertNoLeaks();
        }
    }
}
