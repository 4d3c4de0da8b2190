package org.weir.services;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.weir.memory.Pbuf;
import org.weir.testkit.SimulatedNetwork;
import org.weir.udp.Udp;
import org.weir.udp.UdpEndpoint;
import org.weir.wire.IpAddress;

/// A UDP client on one host of a simulated network.
final class TestDatagrams {
    private final SimulatedNetwork network;
    private final UdpEndpoint endpoint;

    /// @param port the local port; 0 for a free one
    TestDatagrams(SimulatedNetwork network, int port) {
        this.network = network;
        final UdpEndpoint e = network.client().stack().udp().open();
        assertNotNull(e);
        assertEquals(Udp.OK, e.bind(0, IpAddress.ANY.low(), port));
        endpoint = e;
    }

    /// Sends to `port` of the other host.
    TestDatagrams sends(byte[] octets, int port) {
        final long low = network.server().address().low();
        assertEquals(Udp.OK, endpoint.sendTo(MemorySegment.ofArray(octets), 0, octets.length, low, port));
        return this;
    }

    /// What comes back within a second.
    List<byte[]> receives() {
        network.run(TestClient.SECOND);
        final List<byte[]> datagrams = new ArrayList<>();
        for (Pbuf p = endpoint.poll(); p != null; p = endpoint.poll()) {
            final byte[] octets = new byte[p.totalLength()];
            p.copyTo(0, MemorySegment.ofArray(octets), 0, octets.length);
            datagrams.add(octets);
            p.release();
        }
        return datagrams;
    }
}
