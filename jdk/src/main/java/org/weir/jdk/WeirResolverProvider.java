package org.weir.jdk;

import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;

/// Lets `InetAddress` ask name servers through the host of the whole JVM, where the setting `dns` of [HostSettings]
/// names any; else the JDK's own resolver stays. Found by the JDK itself.
public final class WeirResolverProvider extends InetAddressResolverProvider {
    /// @throws IllegalArgumentException if a setting is wrong; the message says which, and what is permitted
    @Override
    public InetAddressResolver get(Configuration configuration) {
        final HostSettings settings = HostSettings.ofSystemProperties();
        return settings.nameServers().isEmpty()
                ? configuration.builtinResolver()
                : new WeirResolver(SystemHost::stack, settings.resolver());
    }

    @Override
    public String name() {
        return "Weir";
    }
}
