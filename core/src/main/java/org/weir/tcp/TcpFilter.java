package org.weir.tcp;

import org.jspecify.annotations.Nullable;
import org.weir.filter.FilterHook;
import org.weir.filter.FilterProtocol;
import org.weir.filter.Filters;
import org.weir.ip.Datagram;
import org.weir.link.DropReason;

/// What the stack's filter is asked and told of ports and connections.
final class TcpFilter {
    private final Filters filters;

    TcpFilter(Filters filters) {
        this.filters = filters;
    }

    /// Something may be bound to `low` and `port`, or listen there.
    boolean permits(FilterHook hook, long low, int port) {
        return !filters.sees(hook) || filters.refusalOf(hook, FilterProtocol.TCP, low, port, 0, 0) == null;
    }

    boolean permitsConnecting(long localLow, int localPort, long remoteLow, int remotePort) {
        final FilterHook hook = FilterHook.CONNECTING;
        return !filters.sees(hook)
                || filters.refusalOf(hook, FilterProtocol.TCP, localLow, localPort, remoteLow, remotePort) == null;
    }

    /// Why `s` may not begin a connection; null if it may. [#isRejected] says whether its sender is to be told.
    @Nullable
    DropReason refusalOf(Segment s, Datagram d) {
        final FilterHook hook = FilterHook.ACCEPTING;
        return filters.sees(hook)
                ? filters.refusalOf(
                        hook, FilterProtocol.TCP, d.destinationLow(), s.destinationPort, d.sourceLow(), s.sourcePort)
                : null;
    }

    /// Whether the last refusal is to be told to whoever asked.
    boolean isRejected() {
        return filters.isRejected();
    }

    void tell(FilterHook hook, TcpConnection c) {
        if (filters.sees(hook)) {
            filters.tell(hook, FilterProtocol.TCP, c.localLow, c.localPort, c.remoteLow, c.remotePort);
        }
    }

    void tell(FilterHook hook, TcpListener l) {
        if (filters.sees(hook)) {
            filters.tell(hook, FilterProtocol.TCP, l.localLow, l.localPort, 0, 0);
        }
    }
}
