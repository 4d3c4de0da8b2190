package org.weir.cli.client;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.weir.cli.Converters;
import org.weir.cli.Failure;
import org.weir.cli.OwnHost;
import org.weir.cli.manage.HostSocket;
import org.weir.cli.manage.ManageClient;
import org.weir.dns.ResolverConfig;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Which stack a command uses: that of the running host, or one of its own.
@Command
final class StackOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec mixee;

    @Mixin
    private HostSocket host;

    @Option(
            names = "--tap",
            paramLabel = "NAME",
            description = {
                "Use no running host, but a stack of this command's own on the TAP device NAME, with the address of"
                        + " --ip. The other end of the device must have been configured."
            })
    private @Nullable String tap;

    @Option(
            names = "--ip",
            paramLabel = "A/LEN",
            converter = Converters.Prefix.class,
            description = "With --tap: the address, and the length of its network's prefix.")
    private @Nullable IpPrefix address;

    @Option(
            names = "--gateway",
            paramLabel = "A",
            converter = Converters.Address.class,
            description = "With --tap: where packets for other networks go.")
    private @Nullable IpAddress gateway;

    @Option(
            names = "--dns",
            paramLabel = "A",
            converter = Converters.Address.class,
            description = "With --tap: ask the name server A for names. Up to 8, each in an option of its own.")
    private List<IpAddress> nameServers = new ArrayList<>();

    /// The stack, ready to be asked. To be closed after all that it was asked for.
    ///
    /// @throws Failure if no host runs, and how to start one
    ClientStack open() throws IOException, Failure {
        check();
        if (tap == null || address == null) {
            host.open().close();
            return new ClientStack(host::open, null);
        }
        final OwnHost own = OwnHost.start(tap, address, gateway, nameServers);
        return new ClientStack(() -> ManageClient.open(own.control()), own);
    }

    private void check() {
        if (tap == null && (address != null || gateway != null || !nameServers.isEmpty())) {
            final String option = address != null ? "--ip" : gateway != null ? "--gateway" : "--dns";
            throw new ParameterException(mixee.commandLine(), option + " needs --tap");
        }
        if (nameServers.size() > ResolverConfig.MOST_SERVERS) {
            throw new ParameterException(
                    mixee.commandLine(), "name servers: " + nameServers.size() + " are more than 8");
        }
        if (tap != null && address == null) {
            throw new ParameterException(mixee.commandLine(), "--tap " + tap + " needs --ip");
        }
        if (tap != null && host.isGiven()) {
            throw new ParameterException(mixee.commandLine(), "--tap and --socket contradict each other");
        }
        if (address != null && gateway != null && !address.contains(gateway.ipv4())) {
            throw new ParameterException(
                    mixee.commandLine(), "--gateway " + gateway + " is not on the network of --ip " + address);
        }
    }
}
