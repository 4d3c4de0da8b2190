package org.weir.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.weir.ip.Netif;
import org.weir.services.dhcp.DhcpClient;
import org.weir.services.dhcp.DhcpConfig;
import org.weir.services.dhcp.DhcpEvent;
import org.weir.services.dhcp.DhcpListener;
import org.weir.services.dhcp.Lease;
import org.weir.services.dhcp.StaticRoute;
import org.weir.stack.Stack;
import org.weir.time.StackClock;
import org.weir.wire.IpAddress;

/// The DHCP clients of a host, each on its interface. Prints a line for each event.
final class DhcpClients implements DhcpListener {
    private final Stack stack;
    private final PrintWriter out;
    private final Runnable allBound;
    private final LeasedNames names;
    private final List<DhcpClient> clients = new ArrayList<>();
    private final Set<Netif> waiting = new HashSet<>();

    /// @param allBound called once, when each of the clients has had an address
    /// @param names told which leases there are, whenever that changes
    DhcpClients(Stack stack, PrintWriter out, Runnable allBound, LeasedNames names) {
        this.stack = stack;
        this.out = out;
        this.allBound = allBound;
        this.names = names;
    }

    void start(Netif netif, DhcpSpec spec, long epochOffsetNs) {
        waiting.add(netif);
        final DhcpConfig config =
                DhcpConfig.defaults().withHostName(spec.hostName()).withLeaseFile(spec.leaseFile(), epochOffsetNs);
        clients.add(DhcpClient.start(stack, netif, config, this));
    }

    @Override
    public void happened(DhcpClient client, DhcpEvent event) {
        out.println(line(client, event));
        out.flush();
        names.use(clients.stream()
                .filter(each -> each.state().hasAddress())
                .map(DhcpClient::lease)
                .toList());
        if (event == DhcpEvent.BOUND && waiting.remove(client.netif()) && waiting.isEmpty()) {
            allBound.run();
        }
    }

    private String line(DhcpClient client, DhcpEvent event) {
        final StringBuilder line =
                new StringBuilder("dhcp ").append(client.netif().name());
        line.append(' ').append(event.name().toLowerCase(Locale.ROOT).replace('_', '-'));
        final Lease lease = client.lease();
        if (event == DhcpEvent.FILE_PROBLEM) {
            line.append(": ").append(client.warning());
        } else if (lease != null && client.state().hasAddress()) {
            describe(lease, line);
        }
        return line.toString();
    }

    private void describe(Lease lease, StringBuilder line) {
        line.append(' ').append(lease.address()).append(" server ").append(lease.server());
        if (!lease.lastsForEver()) {
            line.append(" seconds ").append((lease.times().expiryNs() - stack.nowNs()) / StackClock.SECOND);
        }
        for (final StaticRoute route : lease.routes()) {
            line.append(" route ").append(route);
        }
        for (final IpAddress server : lease.dnsServers()) {
            line.append(" dns ").append(server);
        }
        if (!lease.domain().isEmpty()) {
            line.append(" domain ").append(lease.domain());
        }
    }

    /// True if there is something to give back, or to keep for the next time.
    boolean holdsAny() {
        return clients.stream().anyMatch(client -> client.state().hasAddress());
    }

    /// Gives back what no file remembers; [#close] follows when that has been sent.
    void release() {
        for (final DhcpClient client : clients) {
            if (!client.isRemembered()) {
                client.release();
            }
        }
    }

    void close() {
        for (final DhcpClient client : clients) {
            client.close();
        }
    }
}
