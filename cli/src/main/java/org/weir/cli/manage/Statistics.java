package org.weir.cli.manage;

import java.util.ArrayList;
import java.util.List;
import org.weir.ip.Ipv4;
import org.weir.ip.Neighbors;
import org.weir.ip.Netif;
import org.weir.link.DropReason;
import org.weir.memory.FreeHandles;
import org.weir.stack.Stack;
import org.weir.tcp.TcpCounters;

/// Everything that a stack counts.
public final class Statistics {
    /// The group of the reasons for which packets were dropped.
    public static final String DROPS = "drops";

    private final List<Statistic> all = new ArrayList<>();
    private String group = "";

    private Statistics() {}

    /// As the owner of `stack`.
    public static List<Statistic> of(Stack stack) {
        final Statistics statistics = new Statistics();
        for (final Netif netif : stack.ipv4().interfaces()) {
            statistics.netif(netif);
        }
        statistics.neighbors(stack);
        statistics.ip(stack.ipv4());
        statistics.transports(stack);
        statistics.filter(stack);
        statistics.drops(stack);
        statistics.inUse(stack);
        return statistics.all;
    }

    private void add(String name, long value, String meaning) {
        all.add(new Statistic(group, name, value, meaning));
    }

    private void add(String name, long value) {
        add(name, value, "");
    }

    private void netif(Netif netif) {
        group = "interface " + netif.name();
        add("packets received", netif.packetsReceived());
        add("octets received", netif.octetsReceived());
        add("packets sent", netif.packetsSent());
        add("octets sent", netif.octetsSent());
    }

    private void neighbors(Stack stack) {
        final Neighbors neighbors = stack.neighbors();
        group = "neighbours";
        add("known", neighbors.size(), "of " + stack.config().neighbors());
        add("questions", neighbors.solicitations());
        add("without an answer", neighbors.failures());
        add("gave way to others", neighbors.evictions());
        add("address conflicts", stack.ipv4().claims().conflicts(), "another host claimed an address of this one");
        add("addresses defended", stack.ipv4().claims().defences());
        add("addresses lost", stack.ipv4().claims().losses(), "given up to another host");
    }

    private void ip(Ipv4 ipv4) {
        group = "IP";
        add("packets forwarded", ipv4.forwarding().forwarded());
        add("redirects sent", ipv4.forwarding().redirectsSent());
        add("datagrams reassembled", ipv4.reassembly().reassembled());
        add("datagrams in reassembly", ipv4.reassembly().waiting(), "now");
        add("path MTUs known", ipv4.pathMtus().size(), "now");
        group = "ICMP";
        add("echo requests answered", ipv4.icmp().echoesAnswered());
        add("errors sent", ipv4.icmp().errorsSent());
        add("errors received", ipv4.icmp().errorsReceived());
        group = "IGMP";
        add("queries received", ipv4.igmp().queriesReceived());
        add("reports sent", ipv4.igmp().reportsSent());
    }

    private void transports(Stack stack) {
        final TcpCounters tcp = stack.tcp().counters();
        group = "TCP";
        add("segments received", tcp.segmentsReceived());
        add("segments sent", tcp.segmentsSent());
        add("segments sent again", tcp.retransmittedSegments());
        add("resets sent", tcp.resetsSent());
        add("connections opened", tcp.opened());
        add("connections closed", tcp.closed());
        add("connections failed", tcp.failed());
        add("fast retransmissions", tcp.fastRetransmits());
        add("retransmission time-outs", tcp.timeouts());
        add("spurious retransmissions", tcp.spuriousRetransmissions(), "the peer had it already");
        add("reductions undone", tcp.undone(), "of the window, after a retransmission that was not needed");
        add("path MTU reductions", tcp.pathMtuReductions());
        add("settings refused", tcp.settingsRefused(), "too many different ones");
        group = "UDP";
        add("datagrams received", stack.udp().received());
        add("datagrams sent", stack.udp().sent());
    }

    private void filter(Stack stack) {
        group = "filter";
        add("asked", stack.filters().asked());
        add("refused", stack.filters().refused());
        add("failures", stack.filters().failures(), "of the filter itself, which then refuses");
    }

    private void drops(Stack stack) {
        group = DROPS;
        for (final DropReason reason : DropReason.values()) {
            add(reason.name(), stack.drops().of(reason), reason.sentence());
        }
        add("total", stack.drops().total());
    }

    private void inUse(Stack stack) {
        group = "in use";
        handles(stack.pool().pages());
        handles(stack.pool().blocks());
        handles(stack.pool().handles());
        add("connections", stack.tcp().connectionsInUse(), "TIME-WAIT included");
        add("UDP endpoints", stack.udp().inUse(), "of " + stack.config().udpEndpoints());
        add("routes", stack.ipv4().routes().size(), "of " + stack.config().routes());
        add("timers", stack.armedTimers());
    }

    private void handles(FreeHandles handles) {
        final int peak = handles.total() - handles.lowestFree();
        add(handles.name(), handles.inUse(), "of " + handles.total() + ", at most " + peak + " so far");
    }
}
