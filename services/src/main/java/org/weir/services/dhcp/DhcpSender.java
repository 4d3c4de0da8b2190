package org.weir.services.dhcp;

import org.jspecify.annotations.Nullable;
import org.weir.ip.Netif;
import org.weir.udp.UdpEndpoint;
import org.weir.wire.IpAddress;

/// Builds a client's messages, RFC 2131 section 4.4 and table 5, and sends them. One that cannot be sent now is lost as
/// any datagram may be.
final class DhcpSender {
    private static final long TO_ALL = IpAddress.mapped(-1);
    private static final int LARGEST_MESSAGE = 1_500;
    private static final byte[] PARAMETERS = {
        DhcpOptions.SUBNET_MASK,
        DhcpOptions.CLASSLESS_ROUTES,
        DhcpOptions.ROUTER,
        DhcpOptions.DNS,
        DhcpOptions.HOST_NAME,
        DhcpOptions.DOMAIN_NAME,
        DhcpOptions.INTERFACE_MTU,
        DhcpOptions.NTP,
        DhcpOptions.LEASE_TIME,
        DhcpOptions.RENEWAL_TIME,
        DhcpOptions.REBINDING_TIME,
    };

    private final UdpEndpoint endpoint;
    private final Netif netif;
    private final byte[] clientId;
    private final byte @Nullable [] hostName;
    private final DhcpWriter writer = new DhcpWriter();

    DhcpSender(UdpEndpoint endpoint, Netif netif, DhcpConfig config) {
        this.endpoint = endpoint;
        this.netif = netif;
        final byte[] chosen = config.clientIdOctets();
        this.clientId = chosen == null ? ClientId.of(netif) : chosen;
        this.hostName = config.hostNameOctets();
    }

    /// Asks who offers an address.
    ///
    /// @param hint the address that would be welcome; 0 for any
    void discover(int xid, long seconds, int hint) {
        begin(DhcpType.DISCOVER, xid).secs(seconds).flags(DhcpMessage.BROADCAST);
        if (hint != 0) {
            writer.address(DhcpOptions.REQUESTED_ADDRESS, hint);
        }
        wishes();
        send(TO_ALL);
    }

    /// Asks for an address that `server` has offered, or, if that is 0, for one that was held before.
    void request(int xid, long seconds, int address, int server) {
        begin(DhcpType.REQUEST, xid).secs(seconds).flags(DhcpMessage.BROADCAST);
        writer.address(DhcpOptions.REQUESTED_ADDRESS, address);
        if (server != 0) {
            writer.address(DhcpOptions.SERVER_ID, server);
        }
        wishes();
        send(TO_ALL);
    }

    /// Asks to keep `address`, which is in use: of one server, or of all if `server` is 0.
    void extend(int xid, long seconds, int address, int server) {
        begin(DhcpType.REQUEST, xid).secs(seconds).clientAddress(address);
        wishes();
        send(server == 0 ? TO_ALL : IpAddress.mapped(server));
    }

    /// Says that another host has an address.
    void decline(int xid, int address, int server) {
        begin(DhcpType.DECLINE, xid);
        writer.address(DhcpOptions.REQUESTED_ADDRESS, address).address(DhcpOptions.SERVER_ID, server);
        send(TO_ALL);
    }

    /// Gives an address back.
    void release(int xid, int address, int server) {
        begin(DhcpType.RELEASE, xid).clientAddress(address);
        writer.address(DhcpOptions.SERVER_ID, server);
        send(IpAddress.mapped(server));
    }

    private DhcpMessage begin(DhcpType type, int xid) {
        final DhcpMessage message = writer.begin(type, xid, netif.hardwareAddress());
        writer.value(DhcpOptions.CLIENT_ID, clientId);
        return message;
    }

    private void wishes() {
        writer.number(DhcpOptions.MAXIMUM_SIZE, Math.min(netif.mtu(), LARGEST_MESSAGE))
                .value(DhcpOptions.PARAMETER_LIST, PARAMETERS);
        if (hostName != null) {
            writer.value(DhcpOptions.HOST_NAME, hostName);
        }
    }

    private void send(long low) {
        final int length = writer.end();
        endpoint.sendTo(writer.memory(), 0, length, low, DhcpMessage.SERVER_PORT);
    }
}
