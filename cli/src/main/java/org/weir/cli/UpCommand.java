package org.weir.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.weir.drivers.TapLink;
import org.weir.drivers.TapOptions;
import org.weir.ip.ReversePath;
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
        header = "Run a host or router on TAP or TUN devices until stopped.",
        description = {
            "",
            "Opens the device NAME in the current network namespace, or makes it, and answers ARP, ping, UDP and TCP"
                + " on address A. Prints one line that begins with 'ready' when the host answers, serves until SIGINT"
                + " or SIGTERM, then prints its counters and exits with status 0. With --dhcp that line comes when"
                + " every interface has its address, however long that takes; lines that begin with 'dhcp' say what"
                + " happens, 'no-answer' after a minute without a server.",
            "",
            "Further --tap, --tun and --vlan options, each with its own --ip or --dhcp, give the host more interfaces;"
                    + " services then answer on all addresses.",
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
            "  weir up --tap weir0 --ip 10.10.10.2/24 --https 443=/srv/www --tls /etc/cert.pem,/etc/key.pem",
            "        serve them over TLS",
            "  weir up --tap weir0 --ip 10.1.0.1/24 --tap weir1 --ip 10.2.0.1/24 --vlan 7 --ip 10.7.0.1/24 --forward",
            "        a router between two devices and VLAN 7 of the second",
            "  weir up --tap weir0 --ip 10.10.10.2/24 --gateway 10.10.10.1 --neighbor 10.10.10.1=02:00:00:00:00:01",
            "        trust nobody who says that the gateway has moved",
            "  weir up --tap weir0 --dhcp --lease /tmp/weir0.lease --mac 02:00:00:00:00:02 --hostname weir",
            "        an address from a DHCP server, the same at each start",
            "  weir up --tap weir0 --ip 10.10.10.2/24 --discard 9 --fault loss=2%%,delay=5ms,seed=7",
            "        a network that loses one frame in fifty each way",
            "",
            "Exit status: 0 after a signal, 1 if the device cannot be opened or goes away, 2 for bad arguments.",
        })
final class UpCommand implements Callable<Integer> {
    private static final String NO_SOCKET = "none";

    @Spec
    private CommandSpec spec;

    @ArgGroup(exclusive = false, multiplicity = "1..*")
    private List<InterfaceOptions> interfaces;

    @Option(
            names = "--gateway",
            paramLabel = "A",
            converter = Converters.Address.class,
            description = "Where packets for other networks go.")
    private @Nullable IpAddress gateway;

    @Option(
            names = "--route",
            paramLabel = "DEST/LEN=A",
            converter = RouteSpec.Converter.class,
            description = {
                "Where packets for one network go, as 10.2.0.0/16=10.1.0.9: to a neighbour, or to 'blackhole',"
                        + " 'unreachable' or 'prohibit', which refuse them. More of them give more routes."
            })
    private List<RouteSpec> routes = List.of();

    @Option(
            names = "--forward",
            description = "Pass on packets for others as a router does (RFC 1812), with ICMP errors and redirects.")
    private boolean forward;

    @Option(
            names = "--reverse-path",
            paramLabel = "CHECK",
            defaultValue = "strict",
            description = {
                "Which packets --forward passes on: strict (their source is where they come from: the default), loose"
                        + " (there is a route to their source) or off (RFC 3704)."
            })
    private ReversePath reversePath;

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

    @Mixin
    private WebOptions web;

    @Option(
            names = "--tftp",
            paramLabel = "P=DIR[,write]",
            converter = TftpSpec.Converter.class,
            description = {
                "Serve the files of DIR by TFTP on UDP port P, in octet mode with block sizes up to 65464 and windows"
                        + " up to 64 blocks; with 'write' take new files of up to 1 GiB too, but overwrite none."
            })
    private @Nullable TftpSpec tftp;

    @Option(
            names = "--socket",
            paramLabel = "PATH",
            description = {
                "Serve native programs that were started with 'weir exec' or LD_PRELOAD=libweir.so on this control"
                        + " socket, and beside it commands such as 'weir ss'; by default where both look, unless"
                        + " another host has that: the ready line names it. 'none' for neither.",
            })
    private @Nullable String socket;

    @Mixin
    private HostOptions host;

    @Override
    public Integer call() throws Exception {
        final PrintWriter out = spec.commandLine().getOut();
        final ServicePorts ports = new ServicePorts(echo, discard, chargen, web.spec(), tftp);
        check();
        if (host.printsPlan()) {
            out.print(host.memoryPlan(ports));
            out.flush();
            return 0;
        }
        final Host opened = Host.on(attachments(), host, ports, door());
        serve(opened, out);
        if (opened.lostInterface()) {
            throw new Failure("the interface " + opened.interfaceNames() + " was deleted");
        }
        return 0;
    }

    // ---- what is asked for ----

    /// Refuses, before any device is opened, what cannot be.
    private void check() {
        checkInterfaces();
        host.resolverConfig();
        if (host.mac() != 0 && devices() > 1) {
            throw wrong("--mac is the hardware address of one device, and there are " + devices());
        }
        host.neighborsOn(interfaces.stream()
                .filter(each -> each.tun() == null)
                .flatMap(each -> each.addresses().stream())
                .toList());
        checkNeighbor("--gateway ", gateway);
        for (final RouteSpec route : routes) {
            checkNeighbor("--route " + route.destination() + ": ", route.gateway());
        }
    }

    private @Nullable DhcpSpec dhcp(InterfaceOptions each) {
        try {
            return each.dhcp();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private void checkInterfaces() {
        boolean isOnTap = false;
        final Set<Integer> vlans = new HashSet<>();
        for (final InterfaceOptions each : interfaces) {
            dhcp(each);
            if (each.vlan() == null) {
                isOnTap = each.tap() != null;
                vlans.clear();
                options(each);
            } else if (!isOnTap) {
                throw wrong("--vlan " + each.vlan().id() + " does not follow the --tap that carries it");
            } else if (!vlans.add(each.vlan().id())) {
                throw wrong("--vlan " + each.vlan().id() + " is there twice");
            }
            checkAddresses(each.addresses());
        }
    }

    private void checkAddresses(List<IpPrefix> ofOne) {
        final Set<IpAddress> addresses = new HashSet<>();
        for (final IpPrefix each : ofOne) {
            if (!addresses.add(each.address())) {
                throw wrong("--ip " + each.address() + " is there twice");
            }
        }
    }

    private long devices() {
        return interfaces.stream().filter(each -> each.vlan() == null).count();
    }

    private void checkNeighbor(String option, @Nullable IpAddress address) {
        if (address != null && interfaces.stream().noneMatch(each -> each.contains(address))) {
            final String networks = interfaces.stream()
                    .flatMap(each -> each.addresses().stream())
                    .map(IpPrefix::toString)
                    .collect(Collectors.joining(" or "));
            throw wrong(option
                    + address
                    + (networks.isEmpty() ? " needs an --ip" : " is not on the network of --ip " + networks));
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    /// Opens all devices, or none.
    private List<Attachment> attachments() throws IOException {
        final List<Attachment> opened = new ArrayList<>();
        try {
            for (final InterfaceOptions each : interfaces) {
                final TapLink tap = each.vlan() == null ? TapLink.open(options(each)) : null;
                opened.add(new Attachment(tap, each.vlan(), each.addresses(), dhcp(each)));
            }
        } catch (IOException | RuntimeException e) {
            Host.closeAll(opened);
            throw e;
        }
        return opened;
    }

    private void configure(Host opened) throws Failure {
        if (gateway != null) {
            opened.gateway(gateway);
        }
        for (final RouteSpec route : routes) {
            opened.route(route);
        }
        if (forward) {
            opened.forward(reversePath);
        }
    }

    private @Nullable DoorSpec door() throws IOException {
        if (socket == null) {
            return new DoorSpec(ControlPath.standard(), true, DoorSpec.FOR_EVER);
        }
        return socket.equals(NO_SOCKET)
                ? null
                : new DoorSpec(Path.of(socket).toAbsolutePath(), false, DoorSpec.FOR_EVER);
    }

    private void serve(Host opened, PrintWriter out) throws IOException, Failure {
        final Termination termination = Termination.install();
        termination.onSignal(_ -> opened.stop());
        int status = Failure.GENERAL;
        try (opened) {
            configure(opened);
            SelfExercise.run();
            opened.manageBesideDoor();
            opened.announce(out);
            opened.release();
            opened.run();
            status = 0;
        } finally {
            out.print(opened.counters());
            out.flush();
            termination.finish(status);
        }
    }

    private TapOptions options(InterfaceOptions each) {
        try {
            final TapOptions options =
                    each.tun() == null ? TapOptions.tap(String.valueOf(each.tap())) : TapOptions.tun(each.tun());
            final TapOptions made = options.withMtu(host.mtu()).withHardwareAddress(host.mac());
            return host.offload() ? made : made.withoutOffload();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
