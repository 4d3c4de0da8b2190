package org.weir.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weir.filter.FilterVerdict.ACCEPT;
import static org.weir.filter.FilterVerdict.DROP;
import static org.weir.filter.FilterVerdict.REJECT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.weir.memory.Headroom;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;
import org.weir.wire.TcpHeader;

class FilterRulesTest {
    private static final PbufPool.Layout POOL = new PbufPool.Layout(8, 2_048, 8, 256, 8, 1, false);

    private final Arena arena = Arena.ofConfined();
    private final PbufPool pool = new PbufPool(arena.allocate(POOL.bytes()), 0, POOL);
    private final FilterEvent event = new FilterEvent();

    @AfterEach
    void freesItsMemory() {
        pool.assertNoLeaks();
        arena.close();
    }

    private static FilterRule rule(FilterVerdict verdict) {
        return new FilterRule(FilterHook.INPUT, verdict);
    }

    private static FilterRules rules(FilterRule... rules) {
        final FilterRules.Builder builder = FilterRules.builder();
        for (final FilterRule rule : rules) {
            builder.add(rule);
        }
        return builder.build();
    }

    /// What `rules` say of a segment from 10.0.0.1:1000 to 192.0.2.2:80, by eth0.
    private FilterVerdict of(FilterRules rules, int flags) {
        return of(rules, FilterHook.INPUT, IpProtocol.TCP, flags, 0);
    }

    private FilterVerdict of(FilterRule rule) {
        return of(rules(rule), TcpHeader.ACK);
    }

    private FilterVerdict of(FilterRules rules, FilterHook hook, int protocol, int flags, int fragment) {
        final Pbuf packet = pool.take(Headroom.TRANSPORT, Ipv4Header.LENGTH + TcpHeader.LENGTH);
        assertTrue(packet != null);
        final MemorySegment memory = packet.segment();
        new Ipv4Header()
                .at(memory, packet.offset())
                .begin(Ipv4Header.LENGTH)
                .flagsAndFragmentOffset(fragment)
                .protocol(protocol)
                .source(IpAddress.parse("10.0.0.1").ipv4())
                .destination(IpAddress.parse("192.0.2.2").ipv4());
        new TcpHeader()
                .at(memory, packet.offset() + Ipv4Header.LENGTH)
                .portsAndSequence(1_000, 80, 0)
                .acknowledgmentAndControl(0, TcpHeader.LENGTH, flags, 0);
        event.packet(hook, FilterProtocol.of(protocol), packet);
        event.interfaces("eth0", hook == FilterHook.FORWARD ? "eth1" : null);
        return judged(rules, packet);
    }

    private FilterVerdict judged(FilterRules rules, Pbuf packet) {
        event.open(0);
        final FilterVerdict verdict = rules.filter(event);
        event.end();
        packet.release();
        return verdict;
    }

    @Test
    void theFirstRuleThatMatchesCounts() {
        assertEquals(ACCEPT, of(rules(), 0));
        assertEquals(DROP, of(rules(rule(DROP), rule(REJECT)), 0));
        assertEquals(REJECT, of(rules(rule(DROP).protocol(IpProtocol.UDP), rule(REJECT), rule(ACCEPT)), 0));
        assertEquals(ACCEPT, of(rules(rule(ACCEPT), rule(DROP)), 0));
    }

    @Test
    void aRuleIsOfOneHook() {
        assertEquals(ACCEPT, of(new FilterRule(FilterHook.OUTPUT, DROP)));
    }

    @Test
    void theRestIsUpToThePolicyOfTheHook() {
        final FilterRules rules = FilterRules.builder()
                .policy(FilterHook.INPUT, DROP)
                .add(rule(ACCEPT).ports(22, 22))
                .build();
        assertEquals(DROP, of(rules, 0));
        assertEquals(ACCEPT, of(rules, FilterHook.OUTPUT, IpProtocol.TCP, 0, 0));
    }

    @Test
    void aRuleAsksForAddresses() {
        assertEquals(DROP, of(rule(DROP).from(IpPrefix.parse("10.0.0.0/8"))));
        assertEquals(DROP, of(rule(DROP).to(IpPrefix.parse("192.0.2.2/32"))));
        assertEquals(DROP, of(rule(DROP).from(IpPrefix.ALL)));
        assertEquals(ACCEPT, of(rule(DROP).from(IpPrefix.parse("192.0.2.0/24"))));
        assertEquals(ACCEPT, of(rule(DROP).to(IpPrefix.parse("192.0.2.3/32"))));
    }

    @Test
    void aRuleAsksForPorts() {
        assertEquals(DROP, of(rule(DROP).ports(80, 80)));
        assertEquals(DROP, of(rule(DROP).ports(79, 81).fromPorts(1_000, 1_000)));
        assertEquals(ACCEPT, of(rule(DROP).ports(81, 90)));
        assertEquals(ACCEPT, of(rule(DROP).ports(1, 79)));
        assertEquals(ACCEPT, of(rule(DROP).fromPorts(1_001, 2_000)));
        assertEquals(ACCEPT, of(rules(rule(DROP).ports(1, 0xFFFF)), FilterHook.INPUT, IpProtocol.TCP, 0, 5));
    }

    @Test
    void aRuleAsksForProtocolsAndSegmentsThatOpen() {
        assertEquals(DROP, of(rule(DROP).protocol(IpProtocol.TCP)));
        assertEquals(ACCEPT, of(rule(DROP).protocol(IpProtocol.ICMP)));
        assertEquals(DROP, of(rules(rule(DROP).opening()), TcpHeader.SYN | TcpHeader.ECE));
        assertEquals(ACCEPT, of(rules(rule(DROP).opening()), TcpHeader.SYN | TcpHeader.ACK));
        assertEquals(ACCEPT, of(rules(rule(DROP).opening()), TcpHeader.ACK));
    }

    @Test
    void aRuleAsksForInterfaces() {
        assertEquals(DROP, of(rule(DROP).in("eth0")));
        assertEquals(ACCEPT, of(rule(DROP).in("eth1")));
        final FilterRules forward =
                rules(new FilterRule(FilterHook.FORWARD, DROP).in("eth0").out("eth1"));
        assertEquals(DROP, of(forward, FilterHook.FORWARD, IpProtocol.TCP, 0, 0));
    }

    @Test
    void aRuleAsksForEndpoints() {
        final FilterRules rules = rules(
                new FilterRule(FilterHook.BINDING, REJECT)
                        .protocol(IpProtocol.TCP)
                        .ports(1, 1_023),
                new FilterRule(FilterHook.CONNECTING, DROP).to(IpPrefix.parse("10.0.0.0/8")));
        assertEquals(REJECT, ofEndpoint(rules, FilterHook.BINDING, FilterProtocol.TCP, 80));
        assertEquals(ACCEPT, ofEndpoint(rules, FilterHook.BINDING, FilterProtocol.UDP, 80));
        assertEquals(ACCEPT, ofEndpoint(rules, FilterHook.BINDING, FilterProtocol.TCP, 8_080));
        assertEquals(DROP, ofEndpoint(rules, FilterHook.CONNECTING, FilterProtocol.TCP, 8_080));
    }

    /// Bound to `port` of any address, with 10.0.0.1 as peer.
    private FilterVerdict ofEndpoint(FilterRules rules, FilterHook hook, FilterProtocol protocol, int port) {
        event.endpoint(hook, protocol);
        event.local(IpAddress.ANY.low(), port);
        event.peer(IpAddress.parse("10.0.0.1").low(), 5);
        event.open(0);
        final FilterVerdict verdict = rules.filter(event);
        event.end();
        return verdict;
    }

    @Test
    void whatHasNoAddressIsInNoNetwork() {
        final FilterRules rules = rules(new FilterRule(FilterHook.CONNECTING, DROP).to(IpPrefix.parse("0.0.0.0/1")));
        event.endpoint(FilterHook.CONNECTING, FilterProtocol.UDP);
        event.local(IpAddress.ANY.low(), 5);
        event.open(0);
        assertEquals(ACCEPT, rules.filter(event));
        event.end();
    }

    @Test
    void framesAreNotJudged() {
        final FilterRules rules =
                FilterRules.builder().policy(FilterHook.INPUT, DROP).build();
        event.endpoint(FilterHook.INPUT, FilterProtocol.LINK);
        event.open(0);
        assertEquals(ACCEPT, rules.filter(event));
        event.end();
        assertFalse(rules.mask().contains(FilterProtocol.LINK, FilterHook.INPUT));
    }

    @Test
    void theMaskNamesTheHooksThatMayRefuse() {
        final FilterMask mask = FilterRules.builder()
                .add(rule(DROP))
                .policy(FilterHook.OUTPUT, REJECT)
                .policy(FilterHook.FORWARD, ACCEPT)
                .build()
                .mask();
        assertTrue(mask.contains(FilterProtocol.TCP, FilterHook.INPUT));
        assertTrue(mask.contains(FilterProtocol.OTHER, FilterHook.OUTPUT));
        assertFalse(mask.contains(FilterProtocol.TCP, FilterHook.FORWARD));
        assertFalse(mask.contains(FilterProtocol.TCP, FilterHook.CLOSED));
    }

    @Test
    void whatCannotBeIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new FilterRule(FilterHook.CLOSED, DROP));
        assertThrows(IllegalArgumentException.class, () -> FilterRules.builder().policy(FilterHook.CLOSE_WAIT, DROP));
        assertThrows(IllegalArgumentException.class, () -> rule(DROP).protocol(256));
        assertThrows(IllegalArgumentException.class, () -> rule(DROP).ports(2, 1));
        assertThrows(IllegalArgumentException.class, () -> rule(DROP).fromPorts(0, 0x10000));
        assertEquals(
                "protocol of -1 is not in 0 to 255",
                assertThrows(IllegalArgumentException.class, () -> rule(DROP).protocol(-1))
                        .getMessage());
    }
}
