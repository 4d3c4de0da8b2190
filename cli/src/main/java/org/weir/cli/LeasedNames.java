package org.weir.cli;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.weir.dns.DnsName;
import org.weir.dns.NameServer;
import org.weir.dns.Resolver;
import org.weir.dns.ResolverConfig;
import org.weir.services.dhcp.Lease;

/// Tells a resolver of the name servers and domains that leases name, unless the user has named others.
final class LeasedNames {
    private final Resolver resolver;
    private final boolean hasServers;
    private final boolean hasDomains;

    LeasedNames(Resolver resolver) {
        this.resolver = resolver;
        this.hasServers = !resolver.servers().isEmpty();
        this.hasDomains = !resolver.search().isEmpty();
    }

    /// Uses what `leases` name, those of the first interface first, as many as there may be.
    void use(List<@Nullable Lease> leases) {
        final Set<NameServer> servers = new LinkedHashSet<>();
        final Set<DnsName> domains = new LinkedHashSet<>();
        for (final Lease lease : leases) {
            if (lease != null) {
                lease.dnsServers().stream().map(NameServer::at).forEach(servers::add);
                addDomain(lease.domain(), domains);
            }
        }
        if (!hasServers && !List.copyOf(servers).equals(resolver.servers())) {
            resolver.servers(servers.stream().limit(ResolverConfig.MOST_SERVERS).toList());
        }
        if (!hasDomains) {
            resolver.search(domains.stream().limit(ResolverConfig.MOST_DOMAINS).toList());
        }
    }

    /// A server may name anything.
    private static void addDomain(String text, Set<DnsName> domains) {
        try {
            domains.add(DnsName.ofHost(text));
        } catch (IllegalArgumentException _) {
            // No domain that could stand behind a name.
        }
    }
}
