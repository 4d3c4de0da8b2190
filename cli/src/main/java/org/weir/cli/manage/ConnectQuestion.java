package org.weir.cli.manage;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.weir.stack.SocketAddress;
import org.weir.wire.IpAddress;

/// Opens a connection, or a datagram socket to one peer, for a client: frames follow, see [RelayFrame].
final class ConnectQuestion implements Question {
    private static final long MOST_PATIENCE_MS = 300_000;
    private static final long PATIENCE_MS = 120_000;

    private final ManagedHost host;

    ConnectQuestion(ManagedHost host) {
        this.host = host;
    }

    @Override
    public void answer(Request request, Exchange exchange) throws IOException, RequestException {
        final IpAddress address = request.address("address");
        final int port = (int) request.number("port", 1, 0xFFFF, 0);
        final int localPort = (int) request.number("local_port", 0, 0xFFFF, 0);
        final long patienceMs = request.number("timeout_ms", 1, MOST_PATIENCE_MS, PATIENCE_MS);
        try (Relay relay = Relay.open(host.sockets(), exchange, !request.flag("udp"))) {
            if (localPort != 0) {
                relay.bind(IpAddress.ANY, localPort);
            }
            relay.connect(new SocketAddress(address, port), TimeUnit.MILLISECONDS.toNanos(patienceMs));
        }
    }
}
