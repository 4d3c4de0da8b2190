package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.weir.ip.Netif;
import org.weir.link.DropReason;
import org.weir.udp.Udp;
import org.weir.udp.UdpEndpoint;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;
import org.weir.wire.UdpHeader;

/// UDP endpoints that hear one interface and send by it alone.
class UdpInterfaceTest {
    private static final int PORT = 68;
    private static final int TO_ALL = -1;
    private static final byte[] PAYLOAD = {1, 2, 3};

    private final RouterRig rig = new RouterRig();

    @AfterEach
    void nothingLeaks() {
        rig.close();
    }

    private UdpEndpoint endpointOn(@Nullable Netif netif) {
        final UdpEndpoint e = rig.stack.udp().open();
        assertNotNull(e);
        e.netif(netif);
        e.broadcast(true);
        return e;
    }

    private UdpEndpoint boundOn(@Nullable Netif netif) {
        final UdpEndpoint e = endpointOn(netif);
        assertEquals(Udp.OK, bind(e));
        return e;
    }

    private static int bind(UdpEndpoint e) {
        return e.bind(0, IpAddress.ANY.low(), PORT);
    }

    private int sendTo(UdpEndpoint e, int address) {
        final int result = e.sendTo(MemorySegment.ofArray(PAYLOAD), 0, PAYLOAD.length, IpAddress.mapped(address), 67);
        rig.settle();
        return result;
    }

    private static byte[] datagram(int source, int destination) {
        final byte[] packet = new byte[Ipv4Header.LENGTH + UdpHeader.LENGTH];
        final MemorySegment memory = MemorySegment.ofArray(packet);
        new Ipv4Header()
                .at(memory, 0)
                .begin(Ipv4Header.LENGTH)
                .totalLength(packet.length)
                .identification(1)
                .timeToLive(64)
                .protocol(IpProtocol.UDP)
                .source(source)
                .destination(destination)
                .sealChecksum();
        new UdpHeader()
                .at(memory, Ipv4Header.LENGTH)
                .sourcePort(67)
                .destinationPort(PORT)
                .length(UdpHeader.LENGTH)
                .checksum(0);
        return packet;
    }

    private static int waiting(UdpEndpoint e) {
        int count = 0;
        for (var p = e.poll(); p != null; p = e.poll()) {
            p.release();
            count++;
        }
        return count;
    }

    @Test
    void oneHearsItsInterfaceAlone() {
        final UdpEndpoint left = boundOn(rig.left.netif);
        final UdpEndpoint right = boundOn(rig.right.netif);
        rig.left.sends(datagram(RouterRig.address("10.1.0.9"), TO_ALL));
        rig.left.sends(datagram(RouterRig.address("10.1.0.9"), RouterRig.address("10.1.0.1")));
        assertEquals(2, waiting(left));
        assertEquals(0, waiting(right));
        left.close();
        right.close();
    }

    @Test
    void theOneOfTheInterfaceIsPreferredToOneOfAll() {
        final UdpEndpoint all = endpointOn(null);
        all.reuseAddress(true);
        final UdpEndpoint left = endpointOn(rig.left.netif);
        left.reuseAddress(true);
        assertEquals(Udp.OK, bind(left));
        assertEquals(Udp.OK, bind(all));
        rig.left.sends(datagram(RouterRig.address("10.1.0.9"), RouterRig.address("10.1.0.1")));
        assertEquals(1, waiting(left));
        rig.right.sends(datagram(RouterRig.address("10.2.0.9"), RouterRig.address("10.2.0.1")));
        assertEquals(1, waiting(all));
        left.close();
        all.close();
    }

    @Test
    void aPortIsTakenOnItsInterfaceAlone() {
        final UdpEndpoint left = boundOn(rig.left.netif);
        assertEquals(Udp.IN_USE, bind(endpointOn(rig.left.netif)));
        assertEquals(Udp.IN_USE, bind(endpointOn(null)));
        assertEquals(Udp.OK, bind(endpointOn(rig.right.netif)));
        left.close();
    }

    @Test
    void theInterfaceIsChosenBeforeThePort() {
        final UdpEndpoint e = boundOn(rig.left.netif);
        assertThrows(IllegalStateException.class, () -> e.netif(null));
        e.close();
    }

    @Test
    void whatIsForAllHostsLeavesByTheInterface() {
        final UdpEndpoint right = boundOn(rig.right.netif);
        assertEquals(Udp.OK, sendTo(right, TO_ALL));
        assertNull(rig.left.takes());
        assertSent(rig.right.takes(), RouterRig.address("10.2.0.1"), TO_ALL);
        right.close();
    }

    @Test
    void anInterfaceWithoutAnAddressSendsToAllHostsFromNone() {
        assertEquals(true, rig.stack.removeAddress(rig.right.netif, IpPrefix.parse("10.2.0.1/24")));
        final UdpEndpoint right = boundOn(rig.right.netif);
        final long martians = rig.stack.drops().of(DropReason.IPV4_MARTIAN);
        assertEquals(Udp.OK, sendTo(right, TO_ALL));
        assertSent(rig.right.takes(), 0, TO_ALL);
        assertEquals(martians, rig.stack.drops().of(DropReason.IPV4_MARTIAN), "it does not hear itself");
        rig.right.sends(datagram(RouterRig.address("10.2.0.9"), TO_ALL));
        assertEquals(1, waiting(right));
        right.close();
    }

    @Test
    void nothingLeavesByAnotherInterface() {
        final UdpEndpoint right = boundOn(rig.right.netif);
        assertEquals(Udp.NO_ROUTE, sendTo(right, RouterRig.address("10.1.0.9")));
        assertEquals(Udp.OK, sendTo(right, RouterRig.address("10.2.0.9")));
        assertSent(rig.right.takes(), RouterRig.address("10.2.0.1"), RouterRig.address("10.2.0.9"));
        right.close();
    }

    @Test
    void aNetworkOfTwoInterfacesIsReachedByEither() {
        rig.stack.addAddress(rig.right.netif, IpPrefix.parse("10.1.0.2/24"));
        final UdpEndpoint right = boundOn(rig.right.netif);
        assertEquals(Udp.OK, sendTo(right, RouterRig.address("10.1.0.9")));
        assertNotNull(rig.right.takes());
        assertNull(rig.left.takes());
        right.close();
    }

    private static void assertSent(byte @Nullable [] packet, int source, int destination) {
        assertNotNull(packet);
        final Ipv4Header ip = new Ipv4Header().at(MemorySegment.ofArray(packet), 0);
        assertEquals(source, ip.source());
        assertEquals(destination, ip.destination());
        assertArrayEquals(PAYLOAD, Arrays.copyOfRange(packet, Ipv4Header.LENGTH + UdpHeader.LENGTH, packet.length));
    }
}
