package org.weir.services;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.weir.testkit.SimulatedNetwork;
import org.weir.testkit.SimulatedNetwork.Plan;

final class ChargenServiceTest {
    private static final int CHARGEN = 19;
    private static final String FIRST_LINE =
            " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefg\r\n";
    private static final String SECOND_LINE =
            "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefgh\r\n";
    private static final String LAST_LINE =
            "~ !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdef\r\n";

    private final SimulatedNetwork network = new SimulatedNetwork(Plan.perfect());

    @BeforeEach
    void serves() {
        ChargenService.start(network.server().stack(), network.server().address(), CHARGEN);
    }

    @AfterEach
    void nothingIsLeftBehind() {
        network.assertNoLeaks();
        network.close();
    }

    private static byte octet(int at) {
        final int inRound = at % (74 * 95);
        final int column = inRound % 74;
        return (byte) (column == 72 ? '\r' : column == 73 ? '\n' : ' ' + (inRound / 74 + column) % 95);
    }

    @Test
    void beginsAsTheRfcShows() {
        final TestClient client = TestClient.connect(network, CHARGEN).waitsFor(20_000);
        final String text = client.text();
        assertTrue(text.startsWith(FIRST_LINE + SECOND_LINE));
        assertTrue(text.startsWith(LAST_LINE + FIRST_LINE, 94 * 74));
        client.aborts();
    }

    @Test
    void goesOnWithoutAGap() {
        final TestClient client = TestClient.connect(network, CHARGEN).waitsFor(3_000_000);
        final byte[] octets = client.received();
        for (int i = 0; i < octets.length; i++) {
            assertEquals(octet(i), octets[i]);
        }
        client.aborts();
    }

    @Test
    void writesNoMoreThanIsRead() {
        final TestClient client = TestClient.connect(network, CHARGEN).stopsReading();
        client.waits(10 * TestClient.SECOND);
        final long sent = network.server().netif().octetsSent();
        client.waits(TestClient.SECOND);
        assertTrue(network.server().netif().octetsSent() - sent < 1_000);
        client.readsAgain().waitsFor(1_000_000);
        client.aborts();
    }

    @Test
    void aHalfCloseDoesNotEndIt() {
        final TestClient client =
                TestClient.connect(network, CHARGEN).sends("noise").shutsDownOutput();
        client.waitsFor(1_000_000);
        client.aborts();
    }

    @Test
    void aCloseEndsIt() {
        final TestClient client = TestClient.connect(network, CHARGEN).waitsFor(100_000);
        client.closes();
    }

    @Test
    void eachDatagramIsAnsweredByOneOfWholeLines() {
        final TestDatagrams datagrams = new TestDatagrams(network, 0);
        for (int i = 0; i < 50; i++) {
            final List<byte[]> answers = datagrams.sends(new byte[i], CHARGEN).receives();
            assertEquals(1, answers.size());
            final String text = new String(answers.getFirst(), US_ASCII);
            assertTrue(text.length() <= 512 && text.endsWith("\r\n") && text.length() % 74 == 0, text);
        }
    }

    @Test
    void aDatagramThatMayBeAnotherServicesIsNotAnswered() {
        assertEquals(
                List.of(),
                new TestDatagrams(network, 7).sends(new byte[1], CHARGEN).receives());
    }
}
