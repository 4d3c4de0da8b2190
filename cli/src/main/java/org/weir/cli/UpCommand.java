package org.weir.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.weir.drivers.TapLink;
import org.weir.drivers.TapOptions;
import org.weir.stack.SelfExercise;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `weir up`: runs a host on a TAP or TUN device until a signal ends it.
@Command(
        name = "up",
        header = "Run a host on a TAP or TUN device until stopped.",
        description = {
            "",
            "Opens the device NAME in the current network namespace, or makes it, and answers ARP, ping, UDP and TCP"
                + " on address A. Prints one line that begins with 'ready' when the host answers, serves until SIGINT"
                + " or SIGTERM, then prints its counters and exits with status 0.",
            "",
            "The other end of the device belongs to the kernel. If NAME is new, configure that end while the host"
                + " runs; it goes away with the host. Opening a device needs root or CAP_NET_ADMIN, or a device that"
                + " was made for the user beforehand. 'weir lab' does all this by itself.",
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir up --tap weir0 --ip 10.10.10.2/24 --http 80 --echo 7",
            "        run a host; then, in another shell of the same namespace:",
            "        ip address add 10.10.10.1/24 dev weir0 && ip link set weir0 up && ping 10.10.10.2",
            "  weir up --tap weir0 --ip 10.10.10.2/24 --gateway 10.10.10.1 --http 8080=/srv/www --pcap /tmp/www.pcapng",
            "        serve the files of a directory, and keep a capture",
            "  weir up --tap weir0 --ip 10.10.10.2/24 --discard 9 --fault loss=2%%,delay=5ms,seed=7",
            "        a network that loses one frame in fifty each way",
            "",
            "Exit status: 0 after a signal, 1 if the device cannot be opened or goes away, 2 for bad arguments.",
        })
final class UpCommand implements Callable<Integer> {
    private static final String NO_SOCKET = "none";

    @Spec
    private CommandSpec spec;

    @ArgGroup(multiplicity = "1")
    private Device device;

    @Option(
            names = "--ip",
            paramLabel = "A/LEN",
            required = true,
            converter = Converters.Prefix.class,
            description = "The host's address and the length of its network's prefix, as 10.10.10.2/24.")
    private IpPrefix address;

    @Option(
            names = "--gateway",
            paramLabel = "A",
            converter = Converters.Address.class,
            description = "Where packets for other networks go.")
    private @Nullable IpAddress gateway;

    @Option(
            names = "--echo",
            paramLabel = "P",
            converter = Converters.Port.class,
            description = "Send back what arrives on TCP and UDP port P (RFC 862).")
    private int echo;

    @Option(
            names = "--discard",
            paramLabel = "P",
            converter = Converters.Port.class,
            description = "Throw away what arrives on TCP and UDP port P (RFC 863).")
    private int discard;

    @Option(
            names = "--chargen",
            paramLabel = "P",
            converter = Converters.Port.class,
            description = "Send characters without end from TCP and UDP port P (RFC 864).")
    private int chargen;

    @Option(
            names = "--http",
            paramLabel = "P[=DIR]",
            converter = HttpSpec.Converter.class,
            description = "Serve HTTP/1.1 on TCP port P: the files of DIR, or a page about the host.")
    private @Nullable HttpSpec http;

    @Option(
            names = "--socket",
            paramLabel = "PATH",
            description = {
                "Serve native programs that were started with 'weir exec' or LD_PRELOAD=libweir.so on this control"
                        + " socket; by default on the one where they look, unless another host has that: the ready line"
                        + " names it. 'none' for no"
                        + " such programs.",
            })
    private @Nullable String socket;

    @Mixin
    private HostOptions host;

    /// The device that the host is on.
    static final class Device {
        @Option(
                names = "--tap",
                paramLabel = "NAME",
                required = true,
                description = "The TAP device: Ethernet frames. New or existing.")
        private @Nullable String tap;

        @Option(
                names = "--tun",
                paramLabel = "NAME",
                required = true,
                description = "The TUN device: IP packets. New or existing.")
        private @Nullable String tun;
    }

    @Override
    public Integer call() throws Exception {
        final PrintWriter out = spec.commandLine().getOut();
        final ServicePorts ports = new ServicePorts(echo, discard, chargen, http);
        final TapOptions options = options();
        if (gateway != null && !address.contains(gateway.ipv4())) {
            throw new ParameterException(
                    spec.commandLine(), "--gateway " + gateway + " is not on the network of --ip " + address);
        }
        if (host.printsPlan()) {
            out.print(host.memoryPlan(ports));
            out.flush();
            return 0;
        }
        final Host opened = Host.on(TapLink.open(options), address, host, ports, door());
        if (gateway != null) {
            opened.gateway(gateway);
        }
        serve(opened, out);
        if (opened.lostInterface()) {
            throw new Failure("the interface " + opened.interfaceName() + " was deleted");
        }
        return 0;
    }

    private @Nullable DoorSpec door() throws IOException {
        if (socket == null) {
            return new DoorSpec(ControlPath.standard(), true, DoorSpec.FOR_EVER);
        }
        return socket.equals(NO_SOCKET)
                ? null
                : new DoorSpec(Path.of(socket).toAbsolutePath(), false, DoorSpec.FOR_EVER);
    }

    private static void serve(Host opened, PrintWriter out) throws IOException {
        final Termination termination = Termination.install();
        termination.onSignal(_ -> opened.stop());
        int status = Failure.GENERAL;
        try (opened) {
            SelfExercise.run();
            out.println(opened.readyLine());
            out.flush();
            opened.release();
            opened.run();
            status = 0;
        } finally {
            out.print(opened.counters());
            out.flush();
            termination.finish(status);
        }
    }

    private TapOptions options() {
        try {
            final TapOptions options =
                    device.tun == null ? TapOptions.tap(String.valueOf(device.tap)) : TapOptions.tun(device.tun);
            final TapOptions made = options.withMtu(host.mtu()).withHardwareAddress(host.mac());
            return host.offload() ? made : made.withoutOffload();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
