package org.weir.services.dhcp;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;

/// Makes a lease of an offer or acknowledgment, or refuses it: what a host cannot live with must not reach the stack,
/// whoever has sent it.
final class LeaseReader {
    /// Shorter ones would be over before the address has been checked and used.
    static final long SHORTEST_LEASE_S = 10;

    private static final int SHORTEST_PREFIX = 8;
    private static final int LONGEST_PREFIX = 32;
    private static final int MOST_ADDRESSES = 16;
    private static final int MOST_ROUTES = 64;
    /// What every host must be able to receive, RFC 791. Smaller ones, which RFC 2132 permits, would let an
    /// impostor make all traffic a multiple of itself.
    private static final int LEAST_MTU = 576;
    private static final int LOOPBACK_NET = 127;
    private static final int FIRST_MULTICAST = 224;

    private LeaseReader() {}

    /// The lease; null if it is refused.
    ///
    /// @param sinceNs when the request was sent that it answers
    static @Nullable Lease read(DhcpMessage message, DhcpOptions options, DhcpTiming timing, long sinceNs) {
        final int server = options.address(DhcpOptions.SERVER_ID);
        final long seconds = options.number(DhcpOptions.LEASE_TIME);
        final IpPrefix address = address(message.yourAddress(), options);
        if (address == null || !isHost(server) || seconds < SHORTEST_LEASE_S) {
            return null;
        }
        final Lease.Times times = timing.times(
                sinceNs, seconds, options.number(DhcpOptions.RENEWAL_TIME), options.number(DhcpOptions.REBINDING_TIME));
        return new Lease(
                address,
                IpAddress.ofIpv4(server),
                routes(address, options),
                addresses(DhcpOptions.DNS, options),
                addresses(DhcpOptions.NTP, options),
                text(DhcpOptions.DOMAIN_NAME, options),
                text(DhcpOptions.HOST_NAME, options),
                mtu(options),
                times);
    }

    /// True if `address` can be that of one host.
    static boolean isHost(int address) {
        final int net = address >>> 24;
        return net != 0 && net != LOOPBACK_NET && net < FIRST_MULTICAST;
    }

    private static @Nullable IpPrefix address(int address, DhcpOptions options) {
        final int length = prefixLength(address, options);
        if (!isHost(address) || length < SHORTEST_PREFIX) {
            return null;
        }
        final IpPrefix prefix = new IpPrefix(IpAddress.ofIpv4(address), length);
        final boolean isNetwork =
                prefix.hasBroadcast() && prefix.network().address().ipv4() == address;
        final boolean isBroadcast = prefix.hasBroadcast() && prefix.broadcast() == address;
        return isNetwork || isBroadcast ? null : prefix;
    }

    /// By the mask, or, where there is none, by the class of the address. -1 if the mask has holes.
    private static int prefixLength(int address, DhcpOptions options) {
        if (options.find(DhcpOptions.SUBNET_MASK) == DhcpOptions.ABSENT) {
            return address >= 0 ? 8 : address >>> 30 == 2 ? 16 : 24;
        }
        final int mask = options.address(DhcpOptions.SUBNET_MASK);
        final int length = Integer.bitCount(mask);
        return Integer.numberOfLeadingZeros(~mask) == length ? length : -1;
    }

    private static List<IpAddress> addresses(int code, DhcpOptions options) {
        final int octets = options.find(code);
        final List<IpAddress> all = new ArrayList<>();
        for (int at = 0; at + Integer.BYTES <= octets && all.size() < MOST_ADDRESSES; at += Integer.BYTES) {
            if (isHost(options.u32(at))) {
                all.add(IpAddress.ofIpv4(options.u32(at)));
            }
        }
        return all;
    }

    private static String text(int code, DhcpOptions options) {
        options.find(code);
        return options.text();
    }

    private static int mtu(DhcpOptions options) {
        final int octets = options.find(DhcpOptions.INTERFACE_MTU);
        return octets == Short.BYTES && options.u16(0) >= LEAST_MTU ? options.u16(0) : 0;
    }

    // ---- routes ----

    /// Who is told classless routes must not look at the routers: RFC 3442. The first router is the one to use.
    private static List<StaticRoute> routes(IpPrefix address, DhcpOptions options) {
        final int octets = options.find(DhcpOptions.CLASSLESS_ROUTES);
        if (octets != DhcpOptions.ABSENT) {
            return classlessRoutes(address, options, octets);
        }
        return addresses(DhcpOptions.ROUTER, options).stream()
                .filter(router -> !router.equals(address.address()))
                .limit(1)
                .map(router -> new StaticRoute(IpPrefix.ALL, router))
                .toList();
    }

    /// Each is the length of the prefix, as many octets of it as count, and the router. What follows one that makes
    /// no sense cannot be read.
    private static List<StaticRoute> classlessRoutes(IpPrefix address, DhcpOptions options, int octets) {
        final List<StaticRoute> routes = new ArrayList<>();
        int at = 0;
        while (at < octets && routes.size() < MOST_ROUTES) {
            final int length = options.u8(at++);
            final int significant = (length + 7) / Byte.SIZE;
            if (length > LONGEST_PREFIX || at + significant + Integer.BYTES > octets) {
                break;
            }
            int network = 0;
            for (int i = 0; i < significant; i++) {
                network |= options.u8(at + i) << 24 - i * Byte.SIZE;
            }
            final int router = options.u32(at + significant);
            at += significant + Integer.BYTES;
            if ((router == 0 || isHost(router)) && router != address.address().ipv4()) {
                routes.add(new StaticRoute(new IpPrefix(IpAddress.ofIpv4(network), length), IpAddress.ofIpv4(router)));
            }
        }
        return routes;
    }
}
