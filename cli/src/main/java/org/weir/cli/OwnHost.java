package org.weir.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.weir.cli.manage.ManagePath;
import org.weir.drivers.TapLink;
import org.weir.drivers.TapOptions;
import org.weir.stack.SelfExercise;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// A host for the time of one command, in a thread of this process. The command asks it as it would ask any other.
public final class OwnHost implements AutoCloseable {
    private final Path directory;
    private final Host host;
    private final HostThread thread;

    private OwnHost(Path directory, Host host) {
        this.directory = directory;
        this.host = host;
        this.thread = HostThread.start(host);
    }

    /// What `weir up` has if nothing else is said.
    @Command
    private static final class Defaults {
        @Mixin
        private HostOptions options;
    }

    /// Starts a host on a TAP device.
    ///
    /// @param nameServers in the order in which they are preferred, 8 at most
    /// @throws IOException if the device cannot be opened
    /// @throws IllegalArgumentException if the gateway is not on the network of `address`
    public static OwnHost start(String tap, IpPrefix address, @Nullable IpAddress gateway, List<IpAddress> nameServers)
            throws IOException {
        final Defaults defaults = new Defaults();
        new CommandLine(defaults)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .parseArgs(nameServers.stream().map(server -> "--dns=" + server).toArray(String[]::new));
        final TapLink link = TapLink.open(TapOptions.tap(tap));
        final Host host = Host.on(List.of(Attachment.to(link, address)), defaults.options, ServicePorts.none(), null);
        final Path directory = Files.createTempDirectory("weir-own");
        try {
            if (gateway != null) {
                host.gateway(gateway);
            }
            SelfExercise.run();
            host.manage(ManagePath.beside(control(directory)));
            return new OwnHost(directory, host);
        } catch (IOException | RuntimeException e) {
            host.close();
            Files.deleteIfExists(directory);
            throw e;
        }
    }

    private static Path control(Path directory) {
        return directory.resolve("control");
    }

    /// Names it as the control socket of another host would.
    public Path control() {
        return control(directory);
    }

    /// Leaves nothing behind but what goes with the process, which is about to end.
    public void abandon() {
        try {
            Files.deleteIfExists(ManagePath.beside(control()));
            Files.deleteIfExists(directory);
        } catch (IOException _) {
            // A file of no use stays in the directory for such.
        }
    }

    @Override
    public void close() throws IOException {
        try {
            thread.stop();
        } catch (Failure e) {
            throw new IOException(e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            host.close();
            Files.deleteIfExists(directory);
        }
    }
}
