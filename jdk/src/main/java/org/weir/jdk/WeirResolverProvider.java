package org.weir.jdk;

import java.net.InetSocketAddress;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.List;

/// Lets `InetAddress` ask name servers through the host of the whole JVM, where the setting `dns` of [HostSettings]
/// names any; else the JDK's own resolver stays. Found by the JDK itself.
public final class WeirResolverProvider extends InetAddressResolverProvider {
    /// @throws IllegalArgumentException if a setting is wrong; the message says which, and what is permitted
    @Override
    public InetAddressResolver get(Configuration configuration) {
        final HostSettings settings = HostSettings.ofSystemProperties();
        final List<InetSocketAddress> servers = settings.nameServers().stream()
                .map(server -> new InetSocketAddress(Addresses.inet(server.low()), WeirResolver.PORT))
                .toList();
        return servers.isEmpty()
                ? configuration.builtinResolver()
                : new WeirResolver(SystemHost::provider, servers, new HostsFile(settings.hostsFile()));
    }

    @Override
    public String name() {
        return "Weir";
    }
}
