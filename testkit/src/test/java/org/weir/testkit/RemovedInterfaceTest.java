package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.weir.testkit.RouterRig.address;
import static org.weir.testkit.TcpScenario.seconds;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.weir.ip.Netif;
import org.weir.link.DropReason;
import org.weir.link.LinkCapabilities;
import org.weir.link.PairLink;
import org.weir.stack.Errno;
import org.weir.stack.SocketAddress;
import org.weir.stack.Sockets;
import org.weir.stack.Stack;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;

/// An interface that goes while the host runs.
class RemovedInterfaceTest {
    private static final IpAddress GROUP = IpAddress.parse("239.1.2.3");

    private final RouterRig rig = new RouterRig();
    private final Stack stack = rig.stack;
    private final Sockets sockets = stack.sockets();
    private final Netif left = rig.left.netif;

    @AfterEach
    void nothingLeaks() {
        rig.after(seconds(1_000));
        rig.assertNoLeaks();
        assertEquals(0, stack.armedTimers(), "timers");
        rig.close();
    }

    private int boundTo(String local) {
        final int socket = sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
        assertEquals(0, sockets.bind(socket, new SocketAddress(IpAddress.parse(local), 5_000)));
        return socket;
    }

    private int send(int socket, IpAddress destination) {
        final int result =
                sockets.sendTo(socket, MemorySegment.ofArray(new byte[8]), 0, 8, new SocketAddress(destination, 9));
        rig.settle();
        return result;
    }

    @Test
    void itsAddressesAndRoutesGo() {
        stack.addGateway(IpAddress.parse("10.1.0.9"));
        stack.removeInterface(left);
        assertFalse(stack.ipv4().isLocal(address("10.1.0.1")));
        assertNull(stack.ipv4().routes().lookUp(address("10.1.0.1")));
        assertNull(stack.ipv4().routes().lookUp(address("10.1.0.2")));
        assertNull(stack.ipv4().routes().lookUp(address("192.0.2.1")), "the gateway was there");
        assertEquals(5, stack.ipv4().routes().size());
        assertNull(stack.ipv4().interfaceNamed("eth0"));
        assertNull(stack.ipv4().interfaceAt(left.index()));
    }

    @Test
    void theOthersKeepTheirNumbersAndANewOneGetsAnother() {
        stack.removeInterface(left);
        assertEquals(rig.right.netif, stack.ipv4().interfaceAt(rig.right.netif.index()));
        final PairLink link = new PairLink(LinkCapabilities.plainEthernet(0x02_00_00_00_00_77L, 1_500), 16);
        assertEquals(
                rig.narrow.netif.index() + 1, stack.addInterface("eth9", link).index());
    }

    @Test
    void whatWaitsForANeighbourIsReleased() {
        rig.left.answersArp(false);
        final int socket = boundTo("0.0.0.0");
        assertEquals(8, send(socket, IpAddress.parse("10.1.0.2")));
        final int neighbours = stack.ipv4().neighbors().size();
        stack.removeInterface(left);
        assertEquals(neighbours - 1, stack.ipv4().neighbors().size());
        assertEquals(1, rig.drops(DropReason.NEIGHBOR_UNRESOLVED));
        rig.assertNoLeaks();
    }

    @Test
    void aSocketThatIsBoundToItsAddressStaysAndCannotSend() {
        final int socket = boundTo("10.1.0.1");
        stack.removeInterface(left);
        assertEquals(-Errno.ENETUNREACH, send(socket, IpAddress.parse("10.2.0.2")));
        stack.addAddress(rig.right.netif, IpPrefix.parse("10.1.0.1/32"));
        assertEquals(8, send(socket, IpAddress.parse("10.2.0.2")), "the address came back elsewhere");
        assertNotNull(rig.right.takes());
        assertEquals(0, sockets.close(socket));
    }

    @Test
    void membershipsGo() {
        final int free = stack.ipv4().multicast().available();
        final int socket = boundTo("0.0.0.0");
        assertEquals(0, sockets.groups().join(socket, GROUP, left.index()));
        assertEquals(0, sockets.groups().join(socket, GROUP, rig.right.netif.index()));
        rig.settle();
        stack.removeInterface(left);
        assertEquals(free - 1, stack.ipv4().multicast().available());
        assertEquals(0, sockets.close(socket));
        assertEquals(free, stack.ipv4().multicast().available());
    }

    @Test
    void theLoopbackAndStrangersStay() {
        final Netif loopback = stack.ipv4().interfaces().getFirst();
        assertThrows(IllegalArgumentException.class, () -> stack.removeInterface(loopback));
        stack.removeInterface(left);
        assertThrows(IllegalArgumentException.class, () -> stack.removeInterface(left), "twice");
    }
}
