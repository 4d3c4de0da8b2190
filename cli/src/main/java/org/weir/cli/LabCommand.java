package org.weir.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.weir.cli.manage.ManagePath;
import org.weir.drivers.HostProcess;
import org.weir.drivers.KernelInterface;
import org.weir.drivers.NetworkNamespace;
import org.weir.drivers.TapLink;
import org.weir.drivers.TapOptions;
import org.weir.stack.SelfExercise;
import org.weir.wire.IpPrefix;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `weir lab`: runs a command on a private network with a Weir host on it.
@Command(
        name = "lab",
        header = "Run a command against a Weir host on a private network.",
        customSynopsis = "weir lab [OPTIONS] -- COMMAND [ARGUMENT...]",
        description = {
            "",
            "Makes a network namespace that is seen by COMMAND alone, with a TAP device in it: the kernel's end has"
                + " the address 10.10.10.1/24, and on the other end is a Weir host, 10.10.10.2, with echo on port 7,"
                + " discard on 9, chargen on 19 (each on TCP and UDP) and a status page over HTTP on 80 and over HTTPS"
                + " on 443, with a certificate made at start. Runs COMMAND there once the host answers, and then takes"
                + " everything down again: the namespace, the device, and every process that COMMAND has left behind."
                + " Nothing else of this machine is touched.",
            "",
            "Needs /dev/net/tun, and either root or the right to make user namespaces (with 'unshare' of util-linux):"
                    + " COMMAND then seems to be root, and has no more rights than before.",
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir lab -- ping -c 5 -i 0.2 10.10.10.2",
            "  weir lab -- curl -s http://10.10.10.2/",
            "  weir lab -- sh -c 'head -c 100M /dev/urandom | socat -t 60 - TCP:10.10.10.2:7 | wc -c'",
            "        send 100 MB through echo and back",
            "  weir lab --fault loss=2%%,duplicate=1%%,reorder=1%%,seed=7 -- curl -s http://10.10.10.2/",
            "        the same page over a bad network, equally bad each time",
            "  weir lab --preload -- iperf3 -s",
            "        a server that knows nothing of Weir, on Weir",
            "  weir lab -- sh -c 'curl -s -o /dev/null http://10.10.10.2/ && ./weir ss -a'",
            "        ask the host itself: ss, arp, addr, route, stats, tcpdump, ping, nc and get find it",
            "  weir lab --pcap /tmp/lab.pcapng --counters -- bash",
            "        a shell to look around in, with a capture and counters at the end",
            "",
            "Exit status: that of COMMAND, 128 + n if signal n ended it, 127 if it was not found, 126 if it is not"
                    + " executable; 1 if the lab cannot be set up, 2 for bad arguments.",
        })
final class LabCommand implements Callable<Integer> {
    private static final String TAP = "weir0";
    private static final IpPrefix KERNEL = IpPrefix.parse("10.10.10.1/24");
    private static final IpPrefix WEIR = IpPrefix.parse("10.10.10.2/24");

    @Spec
    private CommandSpec spec;

    @Option(names = "--counters", description = "Print the host's counters on standard error after COMMAND.")
    private boolean printsCounters;

    @Option(
            names = "--preload",
            description = {
                "Put COMMAND itself, and what it starts, on the Weir host: its sockets are Weir's, at 10.10.10.2, and"
                        + " what it connects to at 10.10.10.1 is the kernel's.",
            })
    private boolean preload;

    @Mixin
    private HostOptions host;

    @Parameters(paramLabel = "COMMAND", hidden = true, arity = "0..*")
    private List<String> words = new ArrayList<>();

    /// Lets the options behind the first word of COMMAND be its own.
    static void leaveItsCommandAlone(CommandLine weir) {
        weir.getSubcommands().forEach((name, command) -> {
            if (name.equals("lab") || name.equals("exec")) {
                command.setStopAtPositional(true);
            }
        });
    }

    @Override
    public Integer call() throws Exception {
        if (host.printsPlan()) {
            spec.commandLine().getOut().print(host.memoryPlan(ServicePorts.wellKnown()));
            spec.commandLine().getOut().flush();
            return 0;
        }
        if (words.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "missing COMMAND, as in 'weir lab -- ping 10.10.10.2'");
        }
        final TapOptions options = options();
        Executable.find(words.getFirst());
        final Path library = preload ? Library.find() : null;
        if (HostProcess.effectiveUserId() != 0) {
            return UserNamespace.runAgain();
        }
        HostProcess.becomeChildSubreaper();
        NetworkNamespace.enterNew();
        KernelInterface.loopback().up();
        final TapLink tap = TapLink.open(options);
        configureKernel(tap.name());
        final Path directory = Files.createTempDirectory("weir-lab");
        try {
            final Path socket = directory.resolve("control");
            final DoorSpec door = library == null ? null : new DoorSpec(socket, false, DoorSpec.FOR_EVER);
            final Map<String, String> environment = new HashMap<>(Map.of(ControlPath.VARIABLE, socket.toString()));
            if (library != null) {
                environment.put(Library.PRELOAD, library.toString());
            }
            final Host opened = Host.on(List.of(Attachment.to(tap, WEIR)), host, ServicePorts.wellKnown(), door);
            opened.manage(ManagePath.beside(socket));
            return run(opened, environment);
        } finally {
            Files.deleteIfExists(directory);
        }
    }

    private TapOptions options() {
        try {
            final TapOptions options = TapOptions.tap(TAP).withMtu(host.mtu()).withHardwareAddress(host.mac());
            host.stackConfig();
            host.resolverConfig();
            return host.offload() ? options : options.withoutOffload();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    /// Runs the host in a thread of its own, and the command meanwhile, with more in its environment.
    private int run(Host opened, Map<String, String> environment) throws Exception {
        final Termination termination = Termination.install();
        int status = Failure.GENERAL;
        try (opened) {
            SelfExercise.run();
            final HostThread thread = HostThread.start(opened);
            try {
                final ChildCommand child = ChildCommand.start(words, environment);
                termination.onSignal(child::pass);
                thread.onFailure(child::destroy);
                status = child.await();
            } finally {
                ChildCommand.endAll();
                thread.stop();
            }
        } finally {
            if (printsCounters) {
                spec.commandLine().getErr().print(opened.counters());
                spec.commandLine().getErr().flush();
            }
            termination.finish(status);
        }
        return status;
    }

    private void configureKernel(String name) throws IOException {
        final KernelInterface tap = KernelInterface.named(name);
        if (host.mtu() != 0) {
            tap.mtu(host.mtu());
        }
        tap.address(KERNEL);
        tap.up();
    }
}
