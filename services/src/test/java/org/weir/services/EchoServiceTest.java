package org.weir.services;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weir.link.FaultPlan;
import org.weir.testkit.SimulatedNetwork;
import org.weir.testkit.SimulatedNetwork.Plan;

final class EchoServiceTest {
    private static final int ECHO = 7;
    private static final long MILLISECOND = 1_000_000;

    private SimulatedNetwork network = network(Plan.perfect());

    private static SimulatedNetwork network(Plan plan) {
        final SimulatedNetwork made = new SimulatedNetwork(plan);
        EchoService.start(made.server().stack(), made.server().address(), ECHO);
        return made;
    }

    @AfterEach
    void nothingIsLeftBehind() {
        network.assertNoLeaks();
        network.close();
    }

    private static byte[] random(int length) {
        final byte[] octets = new byte[length];
        new Random(length).nextBytes(octets);
        return octets;
    }

    private void comesBack(byte[] octets) {
        final TestClient client =
                TestClient.connect(network, ECHO).sends(octets).shutsDownOutput();
        client.waitsForTheEnd(600 * TestClient.SECOND);
        assertNull(client.error());
        assertArrayEquals(octets, client.received());
        client.closes();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 511, 512, 513, 1_023, 1_024, 1_460, 2_049, 65_536, 10_000_000})
    void everythingComesBackBeforeTheFin(int length) {
        comesBack(random(length));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void everythingComesBackOverABadCable(long seed) {
        network.close();
        final FaultPlan faults = FaultPlan.none()
                .withLoss(0.02)
                .withDuplication(0.01)
                .withReordering(0.01, MILLISECOND)
                .withCorruption(0.001)
                .withDelay(MILLISECOND);
        network = network(Plan.perfect().withFaults(faults).withSeed(seed));
        comesBack(random(300_000));
    }

    @Test
    void aClientThatDoesNotReadIsNotReadFrom() {
        final byte[] octets = random(2_000_000);
        final TestClient client =
                TestClient.connect(network, ECHO).stopsReading().sends(octets);
        client.waits(30 * TestClient.SECOND);
        final int buffers = network.server().stack().config().tcp().sendBuffer();
        assertTrue(client.sent() < 6L * buffers, () -> client.sent() + " octets were taken");
        client.shutsDownOutput().readsAgain().waitsForTheEnd(600 * TestClient.SECOND);
        assertArrayEquals(octets, client.received());
        client.closes();
    }

    @Test
    void aResetInTheMiddleLeavesNothing() {
        final TestClient client = TestClient.connect(network, ECHO).sends(random(500_000));
        client.waitsFor(100_000);
        client.aborts();
    }

    @Test
    void manyClientsAtOnce() {
        final TestClient[] clients = new TestClient[10];
        for (int i = 0; i < clients.length; i++) {
            clients[i] =
                    TestClient.connect(network, ECHO).sends(random(20_000 + i)).shutsDownOutput();
        }
        for (int i = 0; i < clients.length; i++) {
            clients[i].waitsForTheEnd(60 * TestClient.SECOND);
            assertArrayEquals(random(20_000 + i), clients[i].received());
            clients[i].closes();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100, 1_472})
    void aDatagramComesBack(int length) {
        final byte[] octets = random(length);
        final List<byte[]> answers =
                new TestDatagrams(network, 0).sends(octets, ECHO).receives();
        assertEquals(1, answers.size());
        assertArrayEquals(octets, answers.getFirst());
    }

    @ParameterizedTest
    @ValueSource(ints = {7, 13, 17, 19, 53, 1_023})
    void aDatagramThatMayBeAnotherServicesIsNotAnswered(int port) {
        assertEquals(
                List.of(),
                new TestDatagrams(network, port).sends(random(10), ECHO).receives());
    }

    @Test
    void aDatagramOfTheSameServiceElsewhereIsNotAnswered() {
        EchoService.start(network.server().stack(), network.server().address(), 7_007);
        assertEquals(
                List.of(),
                new TestDatagrams(network, 7_007).sends(random(10), 7_007).receives());
    }

    @Test
    void aTakenPortIsNamed() {
        final IllegalStateException e = assertThrows(
                IllegalStateException.class,
                () -> EchoService.start(
                        network.server().stack(), network.server().address(), ECHO));
        assertEquals("cannot serve TCP 192.0.2.2:7: IN_USE", e.getMessage());
    }
}
