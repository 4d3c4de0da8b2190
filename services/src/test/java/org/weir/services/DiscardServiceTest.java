package org.weir.services;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.weir.testkit.SimulatedNetwork;
import org.weir.testkit.SimulatedNetwork.Plan;

final class DiscardServiceTest {
    private static final int DISCARD = 9;

    private final SimulatedNetwork network = new SimulatedNetwork(Plan.perfect());

    @BeforeEach
    void serves() {
        DiscardService.start(network.server().stack(), network.server().address(), DISCARD);
    }

    @AfterEach
    void nothingIsLeftBehind() {
        network.assertNoLeaks();
        network.close();
    }

    @Test
    void takesEverythingAndAnswersNothingButTheFin() {
        final TestClient client =
                TestClient.connect(network, DISCARD).sends(new byte[5_000_000]).shutsDownOutput();
        client.waitsForTheEnd(60 * TestClient.SECOND);
        assertNull(client.error());
        assertEquals(0, client.received().length);
        client.closes();
    }

    @Test
    void takesDatagrams() {
        assertEquals(
                List.of(),
                new TestDatagrams(network, 0).sends(new byte[1_000], DISCARD).receives());
        assertEquals(1, network.server().stack().udp().received());
    }

    @Test
    void freesItsPorts() {
        final DiscardService service =
                DiscardService.start(network.server().stack(), network.server().address(), 10);
        service.close();
        DiscardService.start(network.server().stack(), network.server().address(), 10);
    }
}
