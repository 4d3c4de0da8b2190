package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weir.filter.FilterVerdict.DROP;
import static org.weir.filter.FilterVerdict.REJECT;
import static org.weir.testkit.RouterRig.address;
import static org.weir.testkit.RouterRig.header;
import static org.weir.testkit.RouterRig.packet;
import static org.weir.testkit.TcpScenario.seconds;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.weir.filter.FilterHook;
import org.weir.filter.FilterMask;
import org.weir.link.DropReason;
import org.weir.stack.Stack;
import org.weir.wire.Checksum;
import org.weir.wire.IcmpHeader;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;
import org.weir.wire.TcpHeader;

/// The stack's filter between two interfaces.
class FilterForwardingTest {
    private static final String LEFT = "10.1.0.2";
    private static final String RIGHT = "10.2.0.2";
    private static final String NARROW = "10.3.0.2";

    private final RouterRig rig = new RouterRig();
    private final Stack stack = rig.stack;
    private final Judge judge = new Judge();

    @BeforeEach
    void isRouterWithAFilter() {
        stack.ipv4().forwarding().enabled(true);
        stack.filter(judge, FilterMask.NONE.with(FilterHook.INPUT, FilterHook.FORWARD));
    }

    @AfterEach
    void nothingLeaks() {
        stack.removeFilter();
        rig.after(seconds(1_000));
        rig.assertNoLeaks();
        rig.close();
    }

    private void sendsNothing() {
        assertNull(rig.left.takes());
        assertNull(rig.right.takes());
        assertNull(rig.narrow.takes());
    }

    private byte[] tellsLeft() {
        final byte[] packet = rig.left.takes();
        assertNotNull(packet, "nothing was said");
        return packet;
    }

    private void isProhibited() {
        final byte[] error = tellsLeft();
        final IcmpHeader icmp = new IcmpHeader().at(MemorySegment.ofArray(error), Ipv4Header.LENGTH);
        assertEquals(IpProtocol.ICMP, header(error).protocol());
        assertEquals(IcmpHeader.DESTINATION_UNREACHABLE, icmp.type());
        assertEquals(IcmpHeader.ADMINISTRATIVELY_PROHIBITED, icmp.code());
    }

    /// A SYN from port 1234 to port 80, seven octets behind it.
    private static byte[] syn() {
        final byte[] packet = packet(LEFT, RIGHT, TcpHeader.LENGTH + 7);
        header(packet).protocol(IpProtocol.TCP).headerChecksum(0).sealChecksum();
        final MemorySegment memory = MemorySegment.ofArray(packet);
        final TcpHeader tcp = new TcpHeader().at(memory, Ipv4Header.LENGTH);
        tcp.portsAndSequence(1_234, 80, 100)
                .acknowledgmentAndControl(0, TcpHeader.LENGTH, TcpHeader.SYN, 1_000)
                .checksumAndUrgentPointer(0, 0);
        final int length = packet.length - Ipv4Header.LENGTH;
        final int pseudo = Checksum.pseudoHeader(address(LEFT), address(RIGHT), IpProtocol.TCP, length);
        tcp.checksum(
                Checksum.complement(Checksum.append(pseudo, Checksum.sum(memory, Ipv4Header.LENGTH, length), false)));
        return packet;
    }

    @Test
    void whatIsAcceptedIsPassedOnAndIsNoInput() {
        judge.looks(event -> {
            assertEquals("eth0", event.inputInterface());
            assertEquals("eth1", event.outputInterface());
            assertEquals(64, event.timeToLive());
        });
        rig.left.sends(packet(LEFT, RIGHT, 100));
        assertNotNull(rig.right.takes());
        judge.wasAsked("FORWARD OTHER 10.1.0.2:0 > 10.2.0.2:0");
        assertEquals(0, stack.filters().failures());
    }

    @Test
    void whatIsDroppedVanishes() {
        judge.says(DROP, FilterHook.FORWARD);
        rig.left.sends(packet(LEFT, RIGHT, 100));
        sendsNothing();
        assertEquals(1, rig.drops(DropReason.FILTER_FORWARD));
        assertEquals(0, stack.ipv4().forwarding().forwarded());
    }

    @Test
    void whatIsDroppedGetsNoOtherAnswerEither() {
        judge.says(DROP, FilterHook.FORWARD);
        final byte[] expiring = packet(LEFT, RIGHT, 100);
        header(expiring).timeToLive(1).headerChecksum(0).sealChecksum();
        rig.left.sends(expiring);
        rig.left.sends(packet(LEFT, NARROW, 1_000));
        sendsNothing();
        assertEquals(2, rig.drops(DropReason.FILTER_FORWARD));
    }

    @Test
    void whatIsRejectedIsAdministrativelyProhibited() {
        judge.says(REJECT, FilterHook.FORWARD);
        rig.left.sends(packet(LEFT, RIGHT, 100));
        isProhibited();
        sendsNothing();
        assertEquals(1, rig.drops(DropReason.FILTER_FORWARD));
    }

    @Test
    void aRejectedSegmentIsResetInTheNameOfItsDestination() {
        judge.says(REJECT, FilterHook.FORWARD);
        rig.left.sends(syn());
        judge.wasAsked("FORWARD TCP 10.1.0.2:1234 > 10.2.0.2:80");
        final byte[] reset = tellsLeft();
        assertEquals(address(RIGHT), header(reset).source());
        assertEquals(address(LEFT), header(reset).destination());
        final MemorySegment memory = MemorySegment.ofArray(reset);
        final TcpHeader tcp = new TcpHeader().at(memory, Ipv4Header.LENGTH);
        assertEquals(TcpHeader.RST | TcpHeader.ACK, tcp.flags());
        assertEquals(80, tcp.sourcePort());
        assertEquals(1_234, tcp.destinationPort());
        assertEquals(100 + 1 + 7, tcp.acknowledgmentNumber());
        final int pseudo = Checksum.pseudoHeader(address(RIGHT), address(LEFT), IpProtocol.TCP, TcpHeader.LENGTH);
        assertEquals(0xFFFF, Checksum.append(pseudo, Checksum.sum(memory, Ipv4Header.LENGTH, TcpHeader.LENGTH), false));
        sendsNothing();
    }

    @Test
    void fragmentsOfOthersAreSeenAsTheyAre() {
        judge.says(REJECT, FilterHook.FORWARD);
        final byte[] first = syn();
        header(first)
                .flagsAndFragmentOffset(Ipv4Header.MORE_FRAGMENTS)
                .headerChecksum(0)
                .sealChecksum();
        rig.left.sends(first);
        judge.wasAsked("FORWARD TCP 10.1.0.2:1234 > 10.2.0.2:80");
        isProhibited();
        final byte[] later = syn();
        header(later).flagsAndFragmentOffset(5).headerChecksum(0).sealChecksum();
        judge.looks(event -> assertTrue(event.isLaterFragment()));
        rig.left.sends(later);
        judge.wasAsked("FORWARD TCP 10.1.0.2:0 > 10.2.0.2:0");
        assertEquals(0, stack.filters().failures());
        sendsNothing();
        assertEquals(2, rig.drops(DropReason.FILTER_FORWARD));
    }

    /// RFC 1858 section 3: the flags of the segment are in the second of these.
    @Test
    void fragmentsThatCutATcpHeaderDoNotPassAFilter() {
        final byte[] segment = syn();
        final byte[] first = Arrays.copyOf(segment, Ipv4Header.LENGTH + 8);
        header(first)
                .totalLength(first.length)
                .flagsAndFragmentOffset(Ipv4Header.MORE_FRAGMENTS)
                .headerChecksum(0)
                .sealChecksum();
        rig.left.sends(first);
        final byte[] second = Arrays.copyOf(segment, segment.length - 8);
        System.arraycopy(segment, Ipv4Header.LENGTH + 8, second, Ipv4Header.LENGTH, second.length - Ipv4Header.LENGTH);
        header(second)
                .totalLength(second.length)
                .flagsAndFragmentOffset(1)
                .headerChecksum(0)
                .sealChecksum();
        rig.left.sends(second);
        judge.wasAsked();
        sendsNothing();
        assertEquals(2, rig.drops(DropReason.IPV4_FRAGMENT_TINY));
        stack.removeFilter();
        rig.left.sends(second);
        assertNotNull(rig.right.takes(), "without a filter a router looks at no transport header");
    }

    @Test
    void whatHasNoRouteIsNotAskedAbout() {
        rig.left.sends(packet(LEFT, "192.0.2.1", 10));
        judge.wasAsked();
        assertNotNull(rig.left.takes());
    }

    @Test
    void aFilterThatThrowsForwardsNothing() {
        judge.looks(event -> {
            throw new IllegalArgumentException("broken");
        });
        rig.left.sends(packet(LEFT, RIGHT, 100));
        sendsNothing();
        assertEquals(1, rig.drops(DropReason.FILTER_FAILED));
        stack.removeFilter();
        final byte[] next = packet(LEFT, RIGHT, 100);
        rig.left.sends(next);
        final byte[] passed = rig.right.takes();
        assertNotNull(passed);
        header(passed).timeToLive(64).headerChecksum(0).sealChecksum();
        assertArrayEquals(next, passed);
    }
}
