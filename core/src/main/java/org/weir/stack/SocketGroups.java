package org.weir.stack;

import org.jspecify.annotations.Nullable;
import org.weir.ip.Ipv4;
import org.weir.ip.MembershipResult;
import org.weir.ip.Netif;
import org.weir.ip.Route;
import org.weir.udp.UdpEndpoint;
import org.weir.wire.IpAddress;

/// The groups of datagram sockets: the calls of RFC 3678 section 3 on IPv4 groups.
///
/// An interface is named by its [Netif#index]; 0 is the one by which the routes reach the group. A socket hears what is
/// sent to a group that it has joined itself, on that interface, to the port that it is bound to.
///
/// All calls return 0 or an error: `EBADF`, `EOPNOTSUPP` on a stream, `EINVAL` if the address is not that of a group or
/// the socket asked for the other kind of filter before, `ENODEV` if there is no such interface, and what each says.
public final class SocketGroups {
    private enum Request {
        JOIN,
        LEAVE,
        JOIN_SOURCE,
        LEAVE_SOURCE,
        BLOCK,
        UNBLOCK
    }

    private final Sockets sockets;
    private final Ipv4 ipv4;

    SocketGroups(Sockets sockets, Ipv4 ipv4) {
        this.sockets = sockets;
        this.ipv4 = ipv4;
    }

    /// Hears all sources of a group: `IP_ADD_MEMBERSHIP`. `EADDRINUSE` if the socket is a member, `ENOBUFS` if the
    /// stack lends no more memberships.
    public int join(int descriptor, IpAddress group, int index) {
        return change(Request.JOIN, descriptor, group, index, IpAddress.ANY);
    }

    /// Hears nothing of a group any more, however it was joined: `IP_DROP_MEMBERSHIP`. `EADDRNOTAVAIL` if the
    /// socket is not a member.
    public int leave(int descriptor, IpAddress group, int index) {
        return change(Request.LEAVE, descriptor, group, index, IpAddress.ANY);
    }

    /// Hears this source of a group, and those named so before: `IP_ADD_SOURCE_MEMBERSHIP`. `EADDRNOTAVAIL` if the
    /// source was named before, `ENOBUFS` if there are 16 or the stack lends no more memberships.
    public int joinSource(int descriptor, IpAddress group, int index, IpAddress source) {
        return change(Request.JOIN_SOURCE, descriptor, group, index, source);
    }

    /// Ends [#joinSource], with the last source the membership: `IP_DROP_SOURCE_MEMBERSHIP`. `EADDRNOTAVAIL` if the
    /// source was not named.
    public int leaveSource(int descriptor, IpAddress group, int index, IpAddress source) {
        return change(Request.LEAVE_SOURCE, descriptor, group, index, source);
    }

    /// Hears a source of a joined group no more: `IP_BLOCK_SOURCE`. `EADDRNOTAVAIL` if the socket is not a member
    /// or the source is blocked, `ENOBUFS` if 16 are.
    public int blockSource(int descriptor, IpAddress group, int index, IpAddress source) {
        return change(Request.BLOCK, descriptor, group, index, source);
    }

    /// Ends [#blockSource]: `IP_UNBLOCK_SOURCE`. `EADDRNOTAVAIL` if the source is not blocked.
    public int unblockSource(int descriptor, IpAddress group, int index, IpAddress source) {
        return change(Request.UNBLOCK, descriptor, group, index, source);
    }

    private int change(Request request, int descriptor, IpAddress group, int index, IpAddress source) {
        final Socket s = sockets.find(descriptor);
        if (s == null) {
            return -Errno.EBADF;
        }
        final UdpEndpoint e = s.endpoint;
        if (e == null) {
            return -Errno.EOPNOTSUPP;
        }
        final Netif netif = interfaceFor(group, index);
        if (netif == null) {
            return -Errno.ENODEV;
        }
        final MembershipResult result = switch (request) {
            case JOIN -> e.join(netif, group.ipv4());
            case LEAVE -> e.leave(netif, group.ipv4());
            case JOIN_SOURCE -> e.joinSource(netif, group.ipv4(), source.ipv4());
            case LEAVE_SOURCE -> e.leaveSource(netif, group.ipv4(), source.ipv4());
            case BLOCK -> e.block(netif, group.ipv4(), source.ipv4());
            case UNBLOCK -> e.unblock(netif, group.ipv4(), source.ipv4());
        };
        return -errno(result);
    }

    private @Nullable Netif interfaceFor(IpAddress group, int index) {
        if (index != 0) {
            return ipv4.interfaceAt(index);
        }
        final Route route = ipv4.routeTo(group.ipv4());
        return route == null ? null : route.netif();
    }

    private static int errno(MembershipResult result) {
        return switch (result) {
            case DONE -> 0;
            case NOT_A_GROUP, OTHER_MODE -> Errno.EINVAL;
            case ALREADY_JOINED -> Errno.EADDRINUSE;
            case NOT_JOINED, ALREADY_LISTED -> Errno.EADDRNOTAVAIL;
            case NONE_FREE -> Errno.ENOBUFS;
        };
    }

    /// Chooses the interface by which `endpoint` sends to groups: `IP_MULTICAST_IF`. 0 lets the routes choose.
    int sendBy(UdpEndpoint endpoint, int index) {
        final Netif netif = ipv4.interfaceAt(index);
        if (netif == null && index != 0) {
            return -Errno.EADDRNOTAVAIL;
        }
        endpoint.groupNetif(netif);
        return 0;
    }
}
