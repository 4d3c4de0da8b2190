package org.weir.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.weir.memory.MemoryPlan;
import org.weir.runtime.IdleStrategy;
import org.weir.services.HttpConfig;
import org.weir.stack.StackConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The options of every command that runs a host on a link.
@Command
final class HostOptions {
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

    /// All memory of a host with these services.
    MemoryPlan memoryPlan(ServicePorts ports) {
        final MemoryPlan memory = stackConfig().plan();
        return ports.http() == null ? memory : httpConfig(0).addTo(memory);
    }

    static HttpConfig httpConfig(long epochOffsetNs) {
        return HttpConfig.defaults(epochOffsetNs);
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

    @Nullable
    Path pcap() {
        return pcap;
    }

    @Nullable
    Path esp() {
        return esp;
    }

    IdleStrategy idle() {
        return idle;
    }
}
