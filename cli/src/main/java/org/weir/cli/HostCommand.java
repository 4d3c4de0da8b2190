package org.weir.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.weir.drivers.KernelInterface;
import org.weir.drivers.TapLink;
import org.weir.drivers.TapOptions;
import org.weir.stack.SelfExercise;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `weir host`: what `libweir.so` starts when no host runs.
@Command(
        name = "host",
        header = "Run a host for native programs, with a new TAP device, until the last one has gone.",
        description = {
            "",
            "Makes the TAP device NAME in the current network namespace, gives its kernel's end the address H, answers"
                    + " on address A, and serves the sockets of programs that were started with LD_PRELOAD=libweir.so."
                    + " Such a program starts this by itself if no host listens on its control socket. Prints one line"
                    + " that begins with 'ready'; ends S seconds after the last program has gone, or after a signal.",
            "",
            "Needs root or CAP_NET_ADMIN, for the device and its address.",
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir host --linger 60",
            "        a host on weir0 that outlives short programs; then, in another shell of the same namespace:",
            "        LD_PRELOAD=$PWD/libweir.so nc 10.10.10.1 80",
            "",
            "Exit status: 0 after the last program or a signal, 1 if the device cannot be made, 2 for bad arguments.",
        })
final class HostCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--tap",
            paramLabel = "NAME",
            defaultValue = "weir0",
            description = "The TAP device, new or existing; weir0 by default.")
    private String tap;

    @Option(
            names = "--ip",
            paramLabel = "A/LEN",
            defaultValue = "10.10.10.2/24",
            converter = Converters.Prefix.class,
            description = "The host's address and the length of its network's prefix; 10.10.10.2/24 by default.")
    private IpPrefix address;

    @Option(
            names = "--host-ip",
            paramLabel = "H",
            defaultValue = "10.10.10.1",
            converter = Converters.Address.class,
            description = "The address of the kernel's end, which is also the gateway; 10.10.10.1 by default.")
    private IpAddress kernel;

    @Option(
            names = "--socket",
            paramLabel = "PATH",
            description = {
                "The control socket; by default $WEIR_SOCKET, or weir.sock in $XDG_RUNTIME_DIR, or"
                        + " /tmp/weir-UID/control.",
            })
    private @Nullable Path socket;

    @Option(
            names = "--linger",
            paramLabel = "S",
            defaultValue = "2",
            description = "Seconds to go on after the last program has gone, 0 to 86400; 2 by default.")
    private int lingerSeconds;

    @Mixin
    private HostOptions host;

    private static final int A_DAY = 86_400;

    @Override
    public Integer call() throws Exception {
        final PrintWriter out = spec.commandLine().getOut();
        if (host.printsPlan()) {
            out.print(host.memoryPlan(ServicePorts.none()));
            out.flush();
            return 0;
        }
        check();
        final DoorSpec door = new DoorSpec(
                socket == null ? ControlPath.standard() : socket.toAbsolutePath(),
                false,
                TimeUnit.SECONDS.toNanos(lingerSeconds));
        final TapLink link = TapLink.open(options());
        configureKernel(link);
        final Host opened = Host.on(List.of(Attachment.to(link, address)), host, ServicePorts.none(), door);
        opened.gateway(kernel);
        serve(opened, out);
        if (opened.lostInterface()) {
            throw new Failure("the interface " + opened.interfaceNames() + " was deleted");
        }
        return 0;
    }

    private void check() {
        host.resolverConfig();
        if (!address.contains(kernel.ipv4()) || address.address().equals(kernel)) {
            throw new ParameterException(
                    spec.commandLine(), "--host-ip " + kernel + " is not another address of the network " + address);
        }
        if (lingerSeconds < 0 || lingerSeconds > A_DAY) {
            throw new ParameterException(spec.commandLine(), "--linger " + lingerSeconds + " is not in 0 to " + A_DAY);
        }
    }

    private TapOptions options() {
        try {
            final TapOptions options = TapOptions.tap(tap).withMtu(host.mtu()).withHardwareAddress(host.mac());
            return host.offload() ? options : options.withoutOffload();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private void configureKernel(TapLink link) throws IOException {
        try {
            final KernelInterface end = KernelInterface.named(link.name());
            if (host.mtu() != 0) {
                end.mtu(host.mtu());
            }
            end.address(new IpPrefix(kernel, address.length()));
            end.up();
        } catch (IOException | RuntimeException e) {
            link.close();
            throw e;
        }
    }

    private static void serve(Host opened, PrintWriter out) throws IOException {
        final Termination termination = Termination.install();
        termination.onSignal(_ -> opened.stop());
        int status = Failure.GENERAL;
        try (opened) {
            SelfExercise.run();
            opened.manageBesideDoor();
            out.println(opened.readyLine());
            out.flush();
            opened.release();
            opened.run();
            status = 0;
        } finally {
            termination.finish(status);
        }
    }
}
