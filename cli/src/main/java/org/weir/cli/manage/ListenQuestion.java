package org.weir.cli.manage;

import java.io.IOException;
import org.weir.wire.IpAddress;

/// Waits for a connection, or for whoever sends a datagram first, for a client: frames follow, see [RelayFrame].
final class ListenQuestion implements Question {
    private final ManagedHost host;

    ListenQuestion(ManagedHost host) {
        this.host = host;
    }

    @Override
    public void answer(Request request, Exchange exchange) throws IOException, RequestException {
        final int port = (int) request.number("port", 0, 0xFFFF, 0);
        final IpAddress address = request.textOrNull("address") == null ? IpAddress.ANY : request.address("address");
        try (Relay relay = Relay.open(host.sockets(), exchange, !request.flag("udp"))) {
            relay.bind(address, port);
            relay.listen();
        }
    }
}
