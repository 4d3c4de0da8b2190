package org.weir.preload;

import java.lang.foreign.MemorySegment;
import org.weir.ip.Ipv4;
import org.weir.ip.Netif;
import org.weir.link.Framing;
import org.weir.wire.IpPrefix;

/// Lists the stack's interfaces as programs know them: `getifaddrs(3)`, `netdevice(7)`.
final class Interfaces {
    // linux/if.h
    private static final int IFF_UP = 0x1;
    private static final int IFF_BROADCAST = 0x2;
    private static final int IFF_LOOPBACK = 0x8;
    private static final int IFF_POINTOPOINT = 0x10;
    private static final int IFF_RUNNING = 0x40;
    private static final int IFF_MULTICAST = 0x1000;
    // linux/if_arp.h
    private static final int ARPHRD_ETHER = 1;
    private static final int ARPHRD_LOOPBACK = 772;
    private static final int ARPHRD_NONE = 0xFFFE;

    private static final int LOOPBACK_NET = 127;
    private static final int MOST = Protocol.VALUE_MAX / Protocol.INTERFACE_SIZE;

    private final Ipv4 ipv4;

    Interfaces(Ipv4 ipv4) {
        this.ipv4 = ipv4;
    }

    /// Writes a record for each address of each interface behind the reply's head; those that do not fit are left
    /// out.
    int list(MemorySegment reply) {
        int count = 0;
        for (final Netif netif : ipv4.interfaces()) {
            for (final IpPrefix prefix : netif.addresses()) {
                if (count < MOST) {
                    write(netif, prefix, reply.asSlice(Protocol.REPLY_SIZE + (long) count * Protocol.INTERFACE_SIZE));
                    count++;
                }
            }
        }
        Protocol.u16(reply, Protocol.REPLY_LENGTH, count * Protocol.INTERFACE_SIZE);
        return 0;
    }

    private static void write(Netif netif, IpPrefix prefix, MemorySegment to) {
        final int address = prefix.address().ipv4();
        final boolean isLoopback = address >>> 24 == LOOPBACK_NET;
        final boolean isEthernet = netif.capabilities().framing() == Framing.ETHERNET;
        to.asSlice(0, Protocol.INTERFACE_SIZE).fill((byte) 0);
        for (int i = 0; i < Math.min(netif.name().length(), Protocol.INTERFACE_NAME_LENGTH - 1); i++) {
            Protocol.u8(to, i, netif.name().charAt(i));
        }
        Protocol.i32(to, Protocol.INTERFACE_INDEX, netif.index());
        Protocol.i32(to, Protocol.INTERFACE_FLAGS, flags(netif, isLoopback, isEthernet));
        Protocol.address(to, Protocol.INTERFACE_ADDRESS, address);
        Protocol.address(to, Protocol.INTERFACE_NETMASK, prefix.mask());
        Protocol.address(to, Protocol.INTERFACE_BROADCAST, isEthernet ? address | ~prefix.mask() : 0);
        Protocol.i32(to, Protocol.INTERFACE_MTU, netif.mtu());
        for (int i = 0; i < 6; i++) {
            Protocol.u8(to, Protocol.INTERFACE_HARDWARE + i, (int) (netif.hardwareAddress() >>> 40 - 8 * i));
        }
        final int type = isEthernet ? ARPHRD_ETHER : ARPHRD_NONE;
        Protocol.u16(to, Protocol.INTERFACE_HARDWARE_TYPE, isLoopback ? ARPHRD_LOOPBACK : type);
    }

    private static int flags(Netif netif, boolean isLoopback, boolean isEthernet) {
        final int kind = isEthernet ? IFF_BROADCAST | IFF_MULTICAST : IFF_POINTOPOINT | IFF_MULTICAST;
        return (netif.isUp() ? IFF_UP | IFF_RUNNING : 0) | (isLoopback ? IFF_LOOPBACK : kind);
    }
}
