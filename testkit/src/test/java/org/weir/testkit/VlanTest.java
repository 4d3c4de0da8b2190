package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weir.testkit.RouterRig.address;
import static org.weir.testkit.TcpScenario.seconds;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.weir.ip.AddressListener;
import org.weir.ip.ConflictPolicy;
import org.weir.ip.Netif;
import org.weir.ip.Vlan;
import org.weir.link.DropReason;
import org.weir.packet.PacketEndpoint;
import org.weir.packet.PacketResult;
import org.weir.stack.Errno;
import org.weir.stack.SocketAddress;
import org.weir.stack.SocketOptions;
import org.weir.stack.Sockets;
import org.weir.stack.Stack;
import org.weir.wire.ArpPacket;
import org.weir.wire.EtherType;
import org.weir.wire.EthernetHeader;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;
import org.weir.wire.Ipv4Header;
import org.weir.wire.MacAddress;
import org.weir.wire.VlanHeader;

/// Interfaces on VLANs, and the tags of their frames: IEEE 802.1Q. The left wire carries VLAN 7 (10.7.0.0/24) and 8
/// (10.8.0.0/24) beside its own network.
class VlanTest {
    private static final long HOST = 0x02_00_00_00_02_07L;
    private static final long GROUP_MAC = 0x01_00_5E_01_02_03L;

    private final RouterRig rig = new RouterRig();
    private final Stack stack = rig.stack;
    private final Netif seven = stack.addVlan("eth0.7", rig.left.netif, Vlan.of(7));
    private final Netif eight =
            stack.addVlan("eth0.8", rig.left.netif, Vlan.of(8).withPriority(5));

    @BeforeEach
    void addresses() {
        stack.addAddress(seven, IpPrefix.parse("10.7.0.1/24"));
        stack.addAddress(eight, IpPrefix.parse("10.8.0.1/24"));
        announcementsPass();
    }

    private void announcementsPass() {
        rig.settle();
        while (rig.left.takesFrame() != null) {
            // Of no interest here.
        }
    }

    @AfterEach
    void nothingLeaks() {
        rig.after(seconds(1_000));
        rig.assertNoLeaks();
        assertEquals(0, stack.armedTimers(), "timers");
        rig.close();
    }

    private static byte[] tagged(long destination, int control, int type, byte[] payload) {
        final byte[] frame = new byte[VlanHeader.LENGTH + payload.length];
        final MemorySegment memory = MemorySegment.ofArray(frame);
        new EthernetHeader().at(memory, VlanHeader.TAG).write(destination, HOST, type);
        new VlanHeader().at(memory, 0).tag(control);
        System.arraycopy(payload, 0, frame, VlanHeader.LENGTH, payload.length);
        return frame;
    }

    private static VlanHeader header(byte @Nullable [] frame) {
        return new VlanHeader().at(MemorySegment.ofArray(frame == null ? new byte[VlanHeader.LENGTH] : frame), 0);
    }

    private static byte[] packetOf(byte @Nullable [] frame) {
        return frame == null ? new byte[0] : Arrays.copyOfRange(frame, VlanHeader.LENGTH, frame.length);
    }

    private static byte[] arpRequest(int sender, int target) {
        final byte[] packet = new byte[ArpPacket.LENGTH];
        new ArpPacket()
                .at(MemorySegment.ofArray(packet), 0)
                .begin(ArpPacket.REQUEST)
                .sender(HOST, sender)
                .target(0, target);
        return packet;
    }

    /// The host 10.N.0.2 is known on VLAN N from now on.
    private void hostIsKnown(int vlan) {
        rig.left.sendsFrame(tagged(
                MacAddress.BROADCAST,
                vlan,
                EtherType.ARP,
                arpRequest(address("10." + vlan + ".0.2"), address("10." + vlan + ".0.1"))));
        assertEquals(EtherType.ARP, header(rig.left.takesFrame()).type(), "answered");
    }

    @Test
    void arpIsAnsweredOnTheVlanThatAsks() {
        rig.left.sendsFrame(
                tagged(MacAddress.BROADCAST, 7, EtherType.ARP, arpRequest(address("10.7.0.2"), address("10.7.0.1"))));
        final byte[] answer = rig.left.takesFrame();
        assertEquals(7, header(answer).control());
        assertEquals(EtherType.ARP, header(answer).type());
        assertEquals(
                HOST, new EthernetHeader().at(MemorySegment.ofArray(answer), 0).destination());
        assertEquals(
                rig.left.routerMac(),
                new EthernetHeader().at(MemorySegment.ofArray(answer), 0).source());
    }

    @Test
    void anAddressOfAnotherVlanIsNotAnsweredFor() {
        rig.left.sendsFrame(
                tagged(MacAddress.BROADCAST, 7, EtherType.ARP, arpRequest(address("10.7.0.2"), address("10.8.0.1"))));
        assertNull(rig.left.takesFrame());
    }

    @Test
    void framesOfAVlanWithoutInterfaceAreDropped() {
        rig.left.sendsFrame(tagged(rig.left.routerMac(), 9, EtherType.IPV4, new byte[40]));
        rig.left.sendsFrame(tagged(rig.left.routerMac(), 4_095, EtherType.IPV4, new byte[40]));
        assertEquals(2, rig.drops(DropReason.VLAN_UNKNOWN));
    }

    @Test
    void aTagWithoutVlanIsOnlyAPriority() {
        rig.left.answersArp(false);
        rig.left.sendsFrame(tagged(
                MacAddress.BROADCAST,
                VlanHeader.control(6, 0),
                EtherType.ARP,
                arpRequest(address("10.1.0.2"), address("10.1.0.1"))));
        final byte[] answer = rig.left.takesFrame();
        assertEquals(
                EtherType.ARP,
                new EthernetHeader().at(MemorySegment.ofArray(answer), 0).type(),
                "without a tag");
    }

    @Test
    void aTagBehindATagIsRefused() {
        final byte[] inner = tagged(rig.left.routerMac(), 7, EtherType.IPV4, new byte[40]);
        final byte[] tag = Arrays.copyOfRange(inner, 14, inner.length);
        rig.left.sendsFrame(tagged(rig.left.routerMac(), 7, EtherType.VLAN, tag));
        rig.left.sendsFrame(tagged(rig.left.routerMac(), 0, EtherType.VLAN, tag));
        assertEquals(2, rig.drops(DropReason.ETHERNET_UNKNOWN_TYPE));
    }

    @Test
    void aTagThatIsCutShortIsARunt() {
        rig.left.sendsFrame(Arrays.copyOf(tagged(rig.left.routerMac(), 7, EtherType.IPV4, new byte[0]), 17));
        assertEquals(1, rig.drops(DropReason.ETHERNET_RUNT));
        rig.left.sendsFrame(tagged(rig.left.routerMac(), 7, EtherType.IPV4, new byte[0]));
        assertEquals(1, rig.drops(DropReason.IPV4_MALFORMED), "a tag and nothing else");
    }

    @Test
    void framesToOtherStationsAreDroppedWhateverTheirTag() {
        rig.left.sendsFrame(tagged(HOST + 1, 7, EtherType.IPV4, new byte[40]));
        assertEquals(1, rig.drops(DropReason.ETHERNET_OTHER_HOST));
    }

    @Test
    void packetsAreForwardedFromVlanToVlan() {
        stack.ipv4().forwarding().enabled(true);
        hostIsKnown(7);
        hostIsKnown(8);
        final byte[] packet = RouterRig.packet("10.7.0.2", "10.8.0.2", 100);
        rig.left.sendsFrame(tagged(rig.left.routerMac(), 7, EtherType.IPV4, packet));
        final byte[] frame = rig.left.takesFrame();
        assertEquals(8, VlanHeader.vlan(header(frame).control()));
        assertEquals(5, VlanHeader.priority(header(frame).control()), "as its interface says");
        RouterRig.header(packet).decrementTimeToLive();
        assertArrayEquals(packet, packetOf(frame));
    }

    /// A packet that came without a tag has no room for one in front.
    @Test
    void packetsAreForwardedFromAPlainWireToAVlan() {
        stack.ipv4().forwarding().enabled(true);
        hostIsKnown(7);
        final byte[] packet = RouterRig.packet("10.2.0.2", "10.7.0.2", 1_480);
        rig.right.sends(packet);
        RouterRig.header(packet).decrementTimeToLive();
        assertArrayEquals(packet, packetOf(rig.left.takesFrame()), "1,500 octets, in a frame of 1,518");
    }

    @Test
    void aPacketInAFrameToManyIsNotForwarded() {
        stack.ipv4().forwarding().enabled(true);
        hostIsKnown(8);
        final byte[] packet = RouterRig.packet("10.7.0.2", "10.8.0.2", 100);
        rig.left.sendsFrame(tagged(MacAddress.BROADCAST, 7, EtherType.IPV4, packet));
        rig.left.sendsFrame(tagged(
                GROUP_MAC, VlanHeader.control(3, 0), EtherType.IPV4, RouterRig.packet("10.1.0.2", "10.8.0.2", 9)));
        assertEquals(2, rig.drops(DropReason.FORWARD_LINK_BROADCAST));
        assertNull(rig.left.takesFrame());
    }

    @Test
    void prioritiesFollowTheClassOfEachPacket() {
        final Netif nine = stack.addVlan("eth0.9", rig.left.netif, Vlan.of(9).withPriorityByDscp());
        stack.addAddress(nine, IpPrefix.parse("10.9.0.1/24"));
        hostIsKnown(9);
        final Sockets sockets = stack.sockets();
        final int socket = sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
        assertEquals(0, sockets.setOption(socket, SocketOptions.IPPROTO_IP, SocketOptions.IP_TOS, 46 << 2));
        final SocketAddress to = new SocketAddress(IpAddress.parse("10.9.0.2"), 9);
        assertEquals(4, sockets.sendTo(socket, MemorySegment.ofArray(new byte[4]), 0, 4, to));
        rig.settle();
        byte[] frame = rig.left.takesFrame();
        while (header(frame).type() != EtherType.IPV4) {
            frame = rig.left.takesFrame();
        }
        assertEquals(VlanHeader.control(5, 9), header(frame).control(), "expedited forwarding is class 5");
        assertEquals(0, sockets.close(socket));
    }

    @Test
    void eachInterfaceCountsItsOwnAndTheCarrierAll() {
        final long before = rig.left.netif.packetsReceived();
        final long sent = rig.left.netif.packetsSent();
        hostIsKnown(7);
        assertEquals(1, seven.packetsReceived());
        assertEquals(0, eight.packetsReceived());
        assertEquals(before + 1, rig.left.netif.packetsReceived());
        assertEquals(sent + 1, rig.left.netif.packetsSent());
    }

    @Test
    void nothingPassesAnInterfaceThatIsDown() {
        hostIsKnown(7);
        final byte[] request =
                tagged(MacAddress.BROADCAST, 7, EtherType.ARP, arpRequest(address("10.7.0.2"), address("10.7.0.1")));
        seven.up(false);
        rig.left.sendsFrame(request);
        assertEquals(1, rig.drops(DropReason.INTERFACE_DOWN), "the VLAN is down");
        seven.up(true);
        announcementsPass();
        rig.left.netif.up(false);
        final Sockets sockets = stack.sockets();
        final int socket = sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
        final SocketAddress to = new SocketAddress(IpAddress.parse("10.7.0.2"), 9);
        assertEquals(4, sockets.sendTo(socket, MemorySegment.ofArray(new byte[4]), 0, 4, to));
        rig.settle();
        assertEquals(2, rig.drops(DropReason.INTERFACE_DOWN), "its carrier is down");
        assertNull(rig.left.takesFrame());
        assertEquals(0, sockets.close(socket));
        rig.left.netif.up(true);
        rig.settle();
    }

    @Test
    void anInterfaceHasACarrierWhileItsOwnIsUpAndHasOne() {
        assertTrue(seven.hasCarrier());
        rig.left.netif.up(false);
        assertFalse(seven.hasCarrier());
        rig.left.netif.up(true);
        announcementsPass();
        rig.left.end.close();
        assertFalse(seven.hasCarrier());
    }

    /// The target of the next ARP packet on VLAN `vlan`, as `probe A` or `announcement A`.
    private String nextQuestion(int vlan) {
        final byte[] frame = rig.left.takesFrame();
        assertNotNull(frame, "a frame");
        assertEquals(vlan, header(frame).control() & 0xFFF);
        assertEquals(EtherType.ARP, header(frame).type());
        final ArpPacket packet = new ArpPacket().at(MemorySegment.ofArray(frame), VlanHeader.LENGTH);
        final String what = packet.senderProtocol() == 0 ? "probe " : "announcement ";
        return what + IpAddress.ofIpv4(packet.targetProtocol());
    }

    @Test
    void addressesAreAnnouncedAgainWhenTheCarrierComesUp() {
        rig.after(seconds(5));
        announcementsPass();
        rig.left.netif.up(false);
        assertFalse(seven.isUp());
        seven.up(true);
        assertNull(rig.left.takesFrame(), "its carrier is still down");
        eight.up(false);
        rig.left.netif.up(true);
        assertTrue(seven.isUp());
        assertFalse(eight.isUp());
        rig.settle();
        assertEquals("announcement 10.7.0.1", nextQuestion(7));
        assertNull(rig.left.takesFrame(), "the other one is down itself");
    }

    @Test
    void nobodyCanObjectToAnAddressWhileTheCarrierIsDown() {
        final List<String> told = new ArrayList<>();
        rig.left.netif.up(false);
        stack.claimAddress(seven, IpPrefix.parse("10.7.0.9/24"), ConflictPolicy.DEFEND, new AddressListener() {
            @Override
            public void accepted(Netif netif, IpPrefix address) {
                told.add("accepted");
            }

            @Override
            public void conflict(Netif netif, IpPrefix address, long rival) {
                told.add("conflict");
            }

            @Override
            public void lost(Netif netif, IpPrefix address, long rival) {
                told.add("lost");
            }
        });
        rig.after(seconds(60));
        assertEquals(List.of(), told);
        rig.left.netif.up(true);
        announcementsPass();
        rig.after(seconds(10));
        for (int i = 0; i < 3; i++) {
            assertEquals("probe 10.7.0.9", nextQuestion(7));
        }
        assertEquals("announcement 10.7.0.9", nextQuestion(7));
        assertEquals(List.of("accepted"), told);
        announcementsPass();
    }

    @Test
    void aFrameOfAPacketEndpointHasNoLinkWhileTheCarrierIsDown() {
        final PacketEndpoint endpoint = stack.packets().open(EtherType.IPV4, seven);
        assertNotNull(endpoint);
        final MemorySegment frame = MemorySegment.ofArray(new byte[60]);
        rig.left.netif.up(false);
        assertEquals(PacketResult.NO_LINK, endpoint.send(frame, 0, 60));
        assertEquals(PacketResult.NO_LINK, endpoint.sendTo(frame, 0, 40, HOST, EtherType.IPV4));
        endpoint.close();
    }

    @Test
    void whatAnInterfaceWouldHearOfItsOwnIsForgottenWhenItsCarrierGoesDown() {
        final Sockets sockets = stack.sockets();
        final int socket = sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
        assertEquals(0, sockets.setOption(socket, SocketOptions.SOL_SOCKET, SocketOptions.SO_BROADCAST, 1));
        assertEquals(0, sockets.bind(socket, new SocketAddress(IpAddress.ANY, 9)));
        final MemorySegment octets = MemorySegment.ofArray(new byte[4]);
        final SocketAddress all = new SocketAddress(IpAddress.parse("10.7.0.255"), 9);
        assertEquals(4, sockets.sendTo(socket, octets, 0, 4, all));
        rig.settle();
        assertEquals(4, sockets.receive(socket, octets, 0, 4, 0), "it hears itself");
        assertEquals(4, sockets.sendTo(socket, octets, 0, 4, all));
        rig.left.netif.up(false);
        rig.left.netif.up(true);
        rig.settle();
        assertEquals(-Errno.EAGAIN, sockets.receive(socket, octets, 0, 4, 0));
        assertEquals(0, sockets.close(socket));
    }

    @Test
    void anInterfaceGoesWithItsCarrier() {
        stack.removeInterface(eight);
        assertNull(stack.ipv4().interfaceNamed("eth0.8"));
        rig.left.sendsFrame(tagged(rig.left.routerMac(), 8, EtherType.IPV4, new byte[40]));
        assertEquals(1, rig.drops(DropReason.VLAN_UNKNOWN));
        assertNotNull(stack.addVlan("eth0.8", rig.left.netif, Vlan.of(8)), "there is room again");
        stack.removeInterface(rig.left.netif);
        assertNull(stack.ipv4().interfaceNamed("eth0.7"));
        assertNull(stack.ipv4().interfaceNamed("eth0.8"));
    }

    @Test
    void whatCannotBeIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> Vlan.of(0));
        assertThrows(IllegalArgumentException.class, () -> Vlan.of(4_095));
        assertThrows(IllegalArgumentException.class, () -> Vlan.of(1).withPriority(8));
        assertThrows(IllegalArgumentException.class, () -> stack.addVlan("x", rig.left.netif, Vlan.of(7)), "twice");
        assertThrows(IllegalArgumentException.class, () -> stack.addVlan("x", seven, Vlan.of(9)), "in a VLAN");
        final Netif loopback = stack.ipv4().interfaces().getFirst();
        assertThrows(IllegalArgumentException.class, () -> stack.addVlan("x", loopback, Vlan.of(9)), "no Ethernet");
    }

    @Test
    void anEchoRequestIsAnsweredOnItsVlan() {
        hostIsKnown(7);
        final byte[] request = RouterRig.packet("10.7.0.2", "10.7.0.1", 8);
        RouterRig.header(request).protocol(1).sealChecksum();
        Arrays.fill(request, Ipv4Header.LENGTH, request.length, (byte) 0);
        request[Ipv4Header.LENGTH] = 8;
        request[Ipv4Header.LENGTH + 2] = (byte) 0xF7;
        request[Ipv4Header.LENGTH + 3] = (byte) 0xFF;
        rig.left.sendsFrame(tagged(rig.left.routerMac(), VlanHeader.control(2, 7), EtherType.IPV4, request));
        final byte[] frame = rig.left.takesFrame();
        assertEquals(7, header(frame).control());
        assertEquals(0, packetOf(frame)[Ipv4Header.LENGTH], "a reply");
    }
}
