package org.weir.cli;

import org.weir.ip.Neighbors;
import org.weir.ip.Netif;
import org.weir.link.DropReason;
import org.weir.memory.FreeHandles;
import org.weir.preload.PreloadServer;
import org.weir.stack.Stack;
import org.weir.tcp.TcpCounters;

/// Prints what a stack has done and what it still holds.
final class Counters {
    private static final int NAME_WIDTH = 32;
    private static final int NUMBER_WIDTH = 14;

    private final StringBuilder text = new StringBuilder();

    private Counters() {}

    static String of(Stack stack) {
        final Counters counters = new Counters();
        counters.interfaces(stack);
        counters.neighbors(stack);
        counters.transports(stack);
        counters.drops(stack);
        counters.inUse(stack);
        return counters.text.toString();
    }

    static String of(PreloadServer door) {
        final Counters counters = new Counters();
        counters.heading("native programs");
        counters.line("programs", door.programs(), "connected to the control socket");
        counters.line("program sockets", door.open(), "");
        counters.line("refused", door.refusals(), "for want of sockets or files");
        counters.line("expelled", door.expulsions(), "sent what the library does not send");
        counters.line("dropped", door.lostDatagrams(), "datagrams for want of buffers");
        return counters.text.toString();
    }

    private void interfaces(Stack stack) {
        for (final Netif netif : stack.ipv4().interfaces()) {
            heading("interface " + netif.name());
            line("packets received", netif.packetsReceived(), "");
            line("octets received", netif.octetsReceived(), "");
            line("packets sent", netif.packetsSent(), "");
            line("octets sent", netif.octetsSent(), "");
        }
    }

    private void neighbors(Stack stack) {
        final Neighbors neighbors = stack.neighbors();
        heading("neighbours");
        line("known", neighbors.size(), "of " + stack.config().neighbors());
        line("questions", neighbors.solicitations(), "");
        line("without an answer", neighbors.failures(), "");
        line("gave way to others", neighbors.evictions(), "");
        line("address conflicts", stack.ipv4().claims().conflicts(), "another host claimed an address of this one");
    }

    private void transports(Stack stack) {
        final TcpCounters tcp = stack.tcp().counters();
        heading("TCP");
        line("segments received", tcp.segmentsReceived(), "");
        line("segments sent", tcp.segmentsSent(), "");
        line("resets sent", tcp.resetsSent(), "");
        line("connections opened", tcp.opened(), "");
        line("connections closed", tcp.closed(), "");
        line("connections failed", tcp.failed(), "");
        line("fast retransmissions", tcp.fastRetransmits(), "");
        line("retransmission time-outs", tcp.timeouts(), "");
        heading("UDP");
        line("datagrams received", stack.udp().received(), "");
        line("datagrams sent", stack.udp().sent(), "");
    }

    private void drops(Stack stack) {
        heading("drops");
        for (final DropReason reason : DropReason.values()) {
            final long count = stack.drops().of(reason);
            if (count > 0) {
                line(reason.name(), count, reason.sentence());
            }
        }
        line("total", stack.drops().total(), "");
    }

    private void inUse(Stack stack) {
        heading("in use");
        handles(stack.pool().pages());
        handles(stack.pool().blocks());
        handles(stack.pool().handles());
        line("connections", stack.tcp().connectionsInUse(), "TIME-WAIT included");
        line("timers", stack.armedTimers(), "");
    }

    private void handles(FreeHandles handles) {
        final int peak = handles.total() - handles.lowestFree();
        line(handles.name(), handles.inUse(), "of " + handles.total() + ", at most " + peak + " so far");
    }

    private void heading(String name) {
        text.append(name).append('\n');
    }

    private void line(String name, long value, String remark) {
        final String number = Long.toString(value);
        text.append("  ").append(name);
        text.repeat(' ', Math.max(1, NAME_WIDTH - name.length() + NUMBER_WIDTH - number.length()));
        text.append(number).append(remark.isEmpty() ? "" : "  ").append(remark).append('\n');
    }
}
