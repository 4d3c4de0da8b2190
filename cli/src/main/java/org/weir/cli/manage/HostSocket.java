package org.weir.cli.manage;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.weir.cli.ControlPath;
import org.weir.cli.Failure;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Which running host a command asks.
@Command
public final class HostSocket {
    @Option(
            names = "--socket",
            paramLabel = "PATH",
            description = {
                "The control socket of the host to ask, as its ready line names it; by default $WEIR_SOCKET, or"
                        + " weir.sock in $XDG_RUNTIME_DIR, or /tmp/weir-UID/control.",
            })
    private @Nullable Path socket;

    /// For fingers that are used to it.
    @Option(
            names = {"-n", "--numeric"},
            description = "Addresses and ports are numbers, as they are without this option too.")
    void numeric(boolean yes) {
        // Nothing looks up names for display.
    }

    /// True if the user has named one.
    public boolean isGiven() {
        return socket != null;
    }

    /// Connects to it.
    ///
    /// @throws Failure that says how to start a host, if none runs
    public ManageClient open() throws IOException, Failure {
        return ManageClient.open(socket == null ? ControlPath.standard() : socket.toAbsolutePath());
    }
}
