package org.weir.cli.client;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.weir.cli.Failure;
import org.weir.cli.OwnHost;
import org.weir.cli.manage.ManageClient;
import org.weir.wire.IpAddress;

/// The stack that a command talks to others by.
final class ClientStack implements AutoCloseable {
    private final Door door;
    private final @Nullable OwnHost own;

    /// Connects to the host of the stack.
    @FunctionalInterface
    interface Door {
        ManageClient open() throws IOException, Failure;
    }

    /// @param own the host, if it is this command's; closed with this object
    ClientStack(Door door, @Nullable OwnHost own) {
        this.door = door;
        this.own = own;
    }

    /// A connection to `address`.
    ///
    /// @param localPort 0 for any
    /// @throws Failure that says why there is none
    StackStream connect(IpAddress address, int port, boolean isUdp, int localPort, long timeoutMs)
            throws IOException, Failure {
        final JsonObject request = request("connect", isUdp, port);
        request.addProperty("address", address.toString());
        request.addProperty("local_port", localPort);
        request.addProperty("timeout_ms", timeoutMs);
        return stream(request);
    }

    /// A port that waits for one peer: [StackStream#awaitPeer] before anything else.
    StackStream listen(@Nullable IpAddress address, int port, boolean isUdp) throws IOException, Failure {
        final JsonObject request = request("listen", isUdp, port);
        if (address != null) {
            request.addProperty("address", address.toString());
        }
        return stream(request);
    }

    private static JsonObject request(String command, boolean isUdp, int port) {
        final JsonObject request = new JsonObject();
        request.addProperty("command", command);
        request.addProperty("udp", isUdp);
        request.addProperty("port", port);
        return request;
    }

    private StackStream stream(JsonObject request) throws IOException, Failure {
        final ManageClient client = door.open();
        try {
            return new StackStream(client, client.begin(request));
        } catch (IOException | Failure e) {
            client.close();
            throw e;
        }
    }

    /// The first address of a host: in figures, of its hosts file, or as its name servers say.
    ///
    /// @throws Failure if it is not found, and why
    IpAddress resolve(String name) throws IOException, Failure {
        final JsonObject request = new JsonObject();
        request.addProperty("command", "lookup");
        request.addProperty("name", name);
        final List<String> addresses = new ArrayList<>();
        try (ManageClient client = door.open()) {
            client.rows(
                    request,
                    row -> row.getAsJsonArray("addresses").forEach(address -> addresses.add(address.getAsString())));
        }
        if (addresses.isEmpty()) {
            throw new Failure(name + ": the host's answer is not understood; is it of the same version?");
        }
        return IpAddress.parse(addresses.getFirst());
    }

    /// Asks for something else.
    ManageClient open() throws IOException, Failure {
        return door.open();
    }

    /// A signal ends the command, wherever it is.
    void abandon() {
        if (own != null) {
            own.abandon();
        }
    }

    @Override
    public void close() throws IOException {
        if (own != null) {
            own.close();
        }
    }
}
