package org.weir.jdk;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import org.jspecify.annotations.Nullable;
import org.weir.stack.SocketAddress;
import org.weir.wire.IpAddress;

/// Names of sockets, between the JDK and the stack.
final class Addresses {
    private static final IpAddress LOOPBACK = IpAddress.parse("127.0.0.1");

    private Addresses() {}

    /// The address if the stack can use it.
    ///
    /// @throws UnresolvedAddressException if it is a name alone
    /// @throws UnsupportedAddressTypeException if it is not one of IPv4. One of IPv6 that maps an address of IPv4
    ///     has been made that already by the JDK
    static InetSocketAddress check(java.net.@Nullable SocketAddress address) {
        if (address == null) {
            throw new NullPointerException("the address is null");
        }
        if (!(address instanceof InetSocketAddress inet)) {
            throw new UnsupportedAddressTypeException();
        }
        if (inet.isUnresolved()) {
            throw new UnresolvedAddressException();
        }
        if (!(inet.getAddress() instanceof Inet4Address)) {
            throw new UnsupportedAddressTypeException();
        }
        return inet;
    }

    /// A checked address to bind to; any for null.
    static InetSocketAddress checkLocal(java.net.@Nullable SocketAddress address) {
        return address == null ? of(new SocketAddress()) : check(address);
    }

    static SocketAddress of(InetSocketAddress checked) {
        final SocketAddress address = new SocketAddress();
        set(address, checked);
        return address;
    }

    static void set(SocketAddress address, InetSocketAddress checked) {
        address.set(0, IpAddress.mapped(ipv4(checked.getAddress())), checked.getPort());
    }

    /// A peer's address: who connects to any connects to this host, as on Linux.
    static SocketAddress ofPeer(InetSocketAddress checked) {
        return checked.getAddress().isAnyLocalAddress() ? new SocketAddress(LOOPBACK, checked.getPort()) : of(checked);
    }

    static int ipv4(InetAddress address) {
        final byte[] octets = address.getAddress();
        return octets[0] << 24 | (octets[1] & 0xFF) << 16 | (octets[2] & 0xFF) << 8 | octets[3] & 0xFF;
    }

    static InetSocketAddress of(SocketAddress address) {
        return new InetSocketAddress(inet(address.low()), address.port());
    }

    /// The host of a name; null if there is no name.
    static @Nullable InetAddress host(@Nullable InetSocketAddress name) {
        return name == null ? null : name.getAddress();
    }

    /// The port of a name; `none` if there is no name.
    static int port(@Nullable InetSocketAddress name, int none) {
        return name == null ? none : name.getPort();
    }

    static InetAddress inet(long low) {
        return inet(null, low);
    }

    /// With a name, which nobody is asked for.
    static InetAddress inet(@Nullable String name, long low) {
        final int address = IpAddress.ipv4(low);
        final byte[] octets = {(byte) (address >>> 24), (byte) (address >>> 16), (byte) (address >>> 8), (byte) address
        };
        try {
            return InetAddress.getByAddress(name, octets);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four octets are an address", e);
        }
    }
}
