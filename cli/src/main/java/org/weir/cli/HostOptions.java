package org.weir.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.weir.dns.DnsName;
import org.weir.dns.NameServer;
import org.weir.dns.ResolverConfig;
import org.weir.memory.MemoryPlan;
import org.weir.runtime.IdleStrategy;
import org.weir.stack.StackConfig;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The options of every command that runs a host on a link.
@Command
final class HostOptions {
    private static final Path HOSTS = Path.of("/etc/hosts");

    @Spec(Spec.Target.MIXEE)
    private CommandSpec mixee;

    @Option(
            names = "--mtu",
            paramLabel = "N",
            description = "The largest IP packet that is sent, in octets; the interface's own by default.")
    private int mtu;

    @Option(
            names = "--mac",
            paramLabel = "M",
            converter = Converters.Mac.class,
            description = "The host's hardware address, as 02:00:00:00:00:01; a random one by default.")
    private long mac;

    @Option(
            names = "--neighbor",
            paramLabel = "A=MAC",
            converter = NeighborSpec.Converter.class,
            description = {
                "Send what goes to the neighbour A to MAC, without asking for it by ARP and whatever others say; for"
                        + " each neighbour once."
            })
    private List<NeighborSpec> neighbors = new ArrayList<>();

    @Option(
            names = "--fault",
            paramLabel = "FAULTS",
            converter = FaultSpec.Converter.class,
            description = {
                "Worsen the network in both directions, the same way for the same seed: a list with commas of"
                        + " loss=2%%, burst=1%%/25%% (begin, end), ack-loss=10%%, blackout=5s/1s/30s (start, length,"
                        + " period), hole=1400 (longer frames vanish), lose=10/11 (these data frames), duplicate=1%%,"
                        + " reorder=1%%/2ms, corrupt=0.1%%, delay=5ms, jitter=2ms, rate=100M, queue=200 (frames in a"
                        + " router that drops), mark=20 (ECN above so many), seed=7. Offload is then off."
            })
    private @Nullable FaultSpec fault;

    @Option(
            names = "--no-offload",
            description = "Make every checksum and every segment in the stack, as on a plain network card.")
    private boolean noOffload;

    @Option(
            names = "--pcap",
            paramLabel = "FILE",
            description = "Write every packet that the host sends and receives to FILE, in pcapng format.")
    private @Nullable Path pcap;

    @Option(
            names = "--esp",
            paramLabel = "FILE",
            description = {
                "Protect packets by IPsec ESP in transport mode as FILE says: a line for each association, 'sa FROM TO"
                    + " SPI SUITE KEY [replay N]', and for each policy, 'protect|bypass|discard REMOTE/LEN [PROTOCOL]"
                    + " [local-port N] [remote-port N]', the first that matches. docs/esp.md lists the suites."
            })
    private @Nullable Path esp;

    @Option(
            names = "--filter",
            paramLabel = "FILE",
            description = {
                "Let in and out only what FILE permits: lines 'HOOK accept|drop|reject [PROTOCOL] [syn] [from A/LEN]"
                    + " [to A/LEN] [from-port N[-M]] [port N[-M]] [in NAME] [out NAME]', the first that matches, and"
                    + " 'policy HOOK accept|drop|reject' for the rest. HOOK is one of input, output, forward, binding,"
                    + " listening, connecting, accepting. docs/filter.md tells more."
            })
    private @Nullable Path filter;

    @Option(
            names = "--dns",
            paramLabel = "A",
            converter = Converters.Address.class,
            description = {
                "Ask the name server A, for native programs and for 'weir dig' and the like; up to 8, each in an option"
                        + " of its own, the first one preferred. Without, those that DHCP names."
            })
    private List<IpAddress> nameServers = new ArrayList<>();

    @Option(
            names = "--search",
            paramLabel = "DOMAIN",
            converter = Converters.Domain.class,
            description = {
                "Put DOMAIN behind names of hosts that are not found otherwise; up to 16, in this order. Without, those"
                        + " that DHCP names."
            })
    private List<DnsName> search = new ArrayList<>();

    @Option(
            names = "--idle",
            paramLabel = "HOW",
            defaultValue = "balanced",
            description = {
                "What to do when there is nothing to do: spin (lowest latency, one processor always busy), balanced"
                        + " (spin for 50 us, then sleep: the default) or sleep (lowest processor time)."
            })
    private IdleStrategy idle;

    @Option(
            names = "--connections",
            paramLabel = "N",
            defaultValue = "1024",
            description = "TCP connections at once, those in TIME-WAIT included; 1024 by default.")
    private int connections;

    @Option(names = "--plan", description = "Print all memory that the host will ever hold, and exit.")
    private boolean plan;

    /// The size of the stack.
    ///
    /// @throws ParameterException if an option is out of range
    StackConfig stackConfig() {
        final StackConfig config = StackConfig.defaults();
        try {
            return config.withTcp(config.tcp().withConnections(connections));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(mixee.commandLine(), e.getMessage(), e);
        }
    }

    /// What the host's resolver knows at its start.
    ///
    /// @throws ParameterException if there are too many of something
    ResolverConfig resolverConfig() {
        try {
            return ResolverConfig.of(nameServers.stream().map(NameServer::at).toList())
                    .withSearch(search)
                    .withHosts(HOSTS);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(mixee.commandLine(), e.getMessage(), e);
        }
    }

    /// All memory of a host with these services.
    MemoryPlan memoryPlan(ServicePorts ports) {
        return ports.web().addTo(resolverConfig().addTo(stackConfig().plan()));
    }

    /// The neighbours that are set.
    ///
    /// @param networks the networks of the host's Ethernet interfaces, with its addresses
    /// @throws ParameterException if one cannot be a neighbour of this host
    List<NeighborSpec> neighborsOn(List<IpPrefix> networks) {
        for (final NeighborSpec neighbor : neighbors) {
            if (networks.isEmpty()) {
                throw new ParameterException(
                        mixee.commandLine(), "--neighbor " + neighbor + ": no Ethernet with an --ip could have it");
            }
            if (networks.stream().noneMatch(network -> isOtherHost(neighbor.address(), network))) {
                final String all = networks.stream().map(IpPrefix::toString).collect(Collectors.joining(" or "));
                throw new ParameterException(
                        mixee.commandLine(), "--neighbor " + neighbor + " is not another host on the network " + all);
            }
        }
        return neighbors;
    }

    private static boolean isOtherHost(IpAddress address, IpPrefix network) {
        final boolean isHost = !network.hasBroadcast() || address.ipv4() != network.broadcast();
        return isHost && network.contains(address.ipv4()) && !address.equals(network.address());
    }

    /// The plan is to be printed, and nothing else to be done.
    boolean printsPlan() {
        return plan;
    }

    int mtu() {
        return mtu;
    }

    /// 0 for a random one.
    long mac() {
        return mac;
    }

    @Nullable
    FaultSpec fault() {
        return fault;
    }

    /// Faults happen to frames of their own, and not to the 64 KiB that offload makes of them.
    boolean offload() {
        return !noOffload && fault == null;
    }

    /// The stack sums, encrypts or captures what it sends, and does not leave it all to the kernel.
    boolean readsWhatItSends() {
        return !offload() || esp != null || pcap != null;
    }

    @Nullable
    Path pcap() {
        return pcap;
    }

    @Nullable
    Path esp() {
        return esp;
    }

    @Nullable
    Path filter() {
        return filter;
    }

    IdleStrategy idle() {
        return idle;
    }
}
