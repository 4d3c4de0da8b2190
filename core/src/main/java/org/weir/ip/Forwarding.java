package org.weir.ip;

import org.jspecify.annotations.Nullable;
import org.weir.filter.FilterHook;
import org.weir.filter.Filters;
import org.weir.link.DropCounters;
import org.weir.link.DropReason;
import org.weir.link.Framing;
import org.weir.memory.ChecksumState;
import org.weir.memory.Pbuf;
import org.weir.wire.EthernetHeader;
import org.weir.wire.IcmpHeader;
import org.weir.wire.IpAddress;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;
import org.weir.wire.MacAddress;

/// Passes packets on from one interface to another, RFC 1812 section 5.2. Off unless asked for.
///
/// A packet goes on in the buffer that it came in: its time to live is changed in place, and the checksum by as much
/// (RFC 1624); it gets a new link header. What the link said of it goes along: a packet of many segments leaves whole
/// by a link that cuts, and is cut by [Netif#transmit] for one that does not.
public final class Forwarding {
    private static final int ZERO_NET = 0;
    private static final int LOOPBACK_NET = 127;
    /// 224.0.0.0 on: groups, reserved addresses, all hosts.
    private static final int FIRST_UNROUTABLE_NET = 224;
    /// RFC 3927 section 2.6.2: never beyond the link.
    private static final int LINK_LOCAL = 0xA9FE;

    private static final int REDIRECTS_PER_SECOND = 10;

    private final Ipv4 ipv4;
    private final DropCounters drops;
    private final Filters filters;
    private final IcmpErrorOutput errors;
    private final PacketSplitter splitter;
    private final Ipv4Header header = new Ipv4Header();
    private final TinyFragment tiny = new TinyFragment();
    private final EthernetHeader frame = new EthernetHeader();
    private final Datagram rejected = new Datagram();
    private final RateLimiter redirectLimit = new RateLimiter(REDIRECTS_PER_SECOND, REDIRECTS_PER_SECOND);
    private boolean enabled;
    private ReversePath reversePath = ReversePath.STRICT;
    private long forwarded;
    private long redirectsSent;

    // Of the packet that is being forwarded.
    private int source;
    private int destination;
    private int headerLength;
    private boolean mayBeFragmented;

    Forwarding(Ipv4 ipv4, IcmpErrorOutput errors) {
        this.ipv4 = ipv4;
        this.drops = ipv4.drops();
        this.filters = ipv4.filters();
        this.errors = errors;
        this.splitter = new PacketSplitter(ipv4.pool());
    }

    // ---- settings ----

    /// Whether packets for others are passed on; at first they are not.
    public void enabled(boolean yes) {
        enabled = yes;
    }

    public boolean isEnabled() {
        return enabled;
    }

    /// How sources are checked; at first [ReversePath#STRICT].
    public void reversePath(ReversePath check) {
        reversePath = check;
    }

    public ReversePath reversePath() {
        return reversePath;
    }

    /// Packets that were passed on.
    public long forwarded() {
        return forwarded;
    }

    /// Senders that were told of a shorter way.
    public long redirectsSent() {
        return redirectsSent;
    }

    // ---- a packet ----

    /// Takes a packet for another host, from its IP header, which is intact and came by `netif`.
    void process(Pbuf packet, Netif netif) {
        header.at(packet.segment(), packet.offset());
        source = header.source();
        destination = header.destination();
        headerLength = header.headerLength();
        mayBeFragmented = !header.dontFragment();
        packet.trimTo(header.totalLength());
        final DropReason refusal = refusal(packet, netif);
        if (refusal != null) {
            drops.drop(packet, refusal);
            return;
        }
        final Route route = ipv4.routes().lookUp(destination);
        if (route == null || !route.isUnicast() || route.netif().isLoopback()) {
            refuse(packet, route);
        } else if (filters.sees(FilterHook.FORWARD) && (isHidden(packet) || isRefused(packet, netif, route))) {
            return;
        } else if (header.timeToLive() <= 1) {
            report(packet, IcmpHeader.TIME_EXCEEDED, IcmpHeader.TIME_TO_LIVE_EXCEEDED, 0);
            drops.drop(packet, DropReason.FORWARD_TTL_EXCEEDED);
        } else if (packet.segmentSize() > 0 && headerLength > Ipv4Header.LENGTH) {
            // Segmentation writes no options.
            drops.drop(packet, DropReason.FORWARD_NOT_CUT);
        } else if (isTooLong(packet, route.netif().mtu()) && !(mayBeFragmented && packet.segmentSize() == 0)) {
            tooLong(packet, route);
        } else {
            passOn(packet, netif, route);
        }
    }

    /// Takes a fragment that keeps from the filter what it is to judge by.
    private boolean isHidden(Pbuf packet) {
        if (!header.isFragment() || !tiny.hides(header, packet, packet.length() - headerLength)) {
            return false;
        }
        drops.drop(packet, DropReason.IPV4_FRAGMENT_TINY);
        return true;
    }

    /// Asks the filter about a packet, before anything is said about it, and takes it if it must not be passed on.
    private boolean isRefused(Pbuf packet, Netif netif, Route route) {
        final DropReason why = filters.refusalOf(
                FilterHook.FORWARD, packet, netif.name(), route.netif().name());
        if (why == null) {
            return false;
        }
        if (filters.isRejected()) {
            drops.count(why);
            reject(packet, netif);
        } else {
            drops.drop(packet, why);
        }
        return true;
    }

    /// Takes a packet that the filter has refused and tells its sender: in the name of its destination if that is
    /// what a reset needs.
    private void reject(Pbuf packet, Netif netif) {
        final Transport tcp =
                header.protocol() == IpProtocol.TCP && !header.isFragment() ? ipv4.transportFor(IpProtocol.TCP) : null;
        if (tcp == null) {
            unreachable(packet, IcmpHeader.ADMINISTRATIVELY_PROHIBITED);
            packet.release();
            return;
        }
        rejected.ipv4(netif, IpAddress.mapped(source), IpAddress.mapped(destination));
        rejected.header(headerLength, header.typeOfService(), false);
        packet.strip(headerLength);
        tcp.reject(packet, rejected);
    }

    /// Why a packet must not be passed on, whatever the routes say; null if it may.
    private @Nullable DropReason refusal(Pbuf packet, Netif netif) {
        if (!isRoutable(source) || !isRoutable(destination) || ipv4.isBroadcast(destination)) {
            return DropReason.FORWARD_NOT_ROUTABLE;
        }
        if (wasSentToAll(packet, netif)) {
            return DropReason.FORWARD_LINK_BROADCAST;
        }
        if (!isFromWhereItsSourceIs(netif)) {
            return DropReason.FORWARD_REVERSE_PATH;
        }
        return isOffloadSound(packet) ? null : DropReason.LINK_MALFORMED;
    }

    /// RFC 1812 sections 4.2.2.11, 5.3.4 and 5.3.7.
    private static boolean isRoutable(int address) {
        final int net = address >>> 24;
        return net != ZERO_NET && net != LOOPBACK_NET && net < FIRST_UNROUTABLE_NET && address >>> 16 != LINK_LOCAL;
    }

    /// RFC 1122 section 3.3.6: a packet to one host in a frame to all is passed on by nobody, or by every router.
    private boolean wasSentToAll(Pbuf packet, Netif netif) {
        return netif.capabilities().framing() == Framing.ETHERNET
                && MacAddress.isGroup(frame.at(packet.segment(), packet.offset() - EthernetHeader.LENGTH)
                        .destination());
    }

    /// RFC 3704 sections 2.2 and 2.4.
    private boolean isFromWhereItsSourceIs(Netif netif) {
        if (reversePath == ReversePath.OFF) {
            return true;
        }
        final Route back = ipv4.routes().find(source);
        return back != null && (reversePath == ReversePath.LOOSE || back.netif() == netif);
    }

    /// Whoever has left us a checksum must have named one of the transport header, which is in the first buffer.
    private boolean isOffloadSound(Pbuf packet) {
        if (packet.checksumState() == ChecksumState.PARTIAL) {
            final long transport = packet.transportOffset() - packet.offset();
            if (transport != headerLength || transport + packet.checksumOffset() + Short.BYTES > packet.length()) {
                return false;
            }
        }
        return packet.segmentSize() == 0 || splitter.isCuttable(packet, headerLength);
    }

    /// RFC 1812 section 5.2.7.1.
    private void refuse(Pbuf packet, @Nullable Route route) {
        final RouteType type = route == null ? RouteType.UNICAST : route.type();
        switch (type) {
            case UNICAST -> {
                unreachable(packet, IcmpHeader.NET_UNREACHABLE);
                drops.drop(packet, DropReason.NO_ROUTE);
            }
            case BLACKHOLE -> drops.drop(packet, DropReason.ROUTE_BLACKHOLE);
            case UNREACHABLE -> {
                unreachable(packet, IcmpHeader.HOST_UNREACHABLE);
                drops.drop(packet, DropReason.ROUTE_UNREACHABLE);
            }
            case PROHIBIT -> {
                unreachable(packet, IcmpHeader.ADMINISTRATIVELY_PROHIBITED);
                drops.drop(packet, DropReason.ROUTE_PROHIBITED);
            }
        }
    }

    private void unreachable(Pbuf packet, int code) {
        report(packet, IcmpHeader.DESTINATION_UNREACHABLE, code, 0);
    }

    private void report(Pbuf packet, int type, int code, int restOfHeader) {
        errors.report(packet, type, code, restOfHeader);
    }

    /// A packet of many segments is as long as one of them.
    private boolean isTooLong(Pbuf packet, int mtu) {
        if (packet.segmentSize() == 0) {
            return packet.totalLength() > mtu;
        }
        return splitter.headers(packet, headerLength) + packet.segmentSize() > mtu;
    }

    /// RFC 1191 section 4. Takes `packet`, which must not be cut, or which the link before has put together from
    /// segments that are too long each.
    private void tooLong(Pbuf packet, Route route) {
        if (mayBeFragmented) {
            drops.drop(packet, DropReason.FORWARD_NOT_CUT);
            return;
        }
        report(
                packet,
                IcmpHeader.DESTINATION_UNREACHABLE,
                IcmpHeader.FRAGMENTATION_NEEDED,
                route.netif().mtu());
        drops.drop(packet, DropReason.FORWARD_DONT_FRAGMENT);
    }

    private void passOn(Pbuf packet, Netif netif, Route route) {
        if (route.netif() == netif && netif.isOnLink(source) && route.netif().isOnLink(route.nextHop(destination))) {
            redirect(packet, route);
        }
        header.at(packet.segment(), packet.offset()).decrementTimeToLive();
        final Pbuf ready = prepared(packet, route.netif());
        if (ready == null) {
            drops.drop(packet, DropReason.NO_BUFFER);
            return;
        }
        forwarded++;
        ipv4.forward(ready, route.netif(), destination, route.nextHop(destination));
    }

    /// RFC 1812 section 5.2.7.2: the sender and the next hop are neighbours, and need no router between them.
    private void redirect(Pbuf packet, Route route) {
        if (redirectLimit.permits(ipv4.clock().nowNs())
                && errors.report(
                        packet, IcmpHeader.REDIRECT, IcmpHeader.REDIRECT_FOR_HOST, route.nextHop(destination))) {
            redirectsSent++;
        }
    }

    /// `packet` (taken), as `out` can send it: with room for its link header, and if it is to be cut, with its
    /// headers in a buffer of their own. Null, and `packet` is not taken, if no buffer was free.
    private @Nullable Pbuf prepared(Pbuf packet, Netif out) {
        final boolean isToBeCut = packet.segmentSize() > 0;
        if (isToBeCut) {
            splitter.declareSegments(packet, headerLength);
        }
        final boolean hasRoom = packet.headroom() >= out.linkHeader();
        return hasRoom && !(isToBeCut && !out.isCutByLink(packet)) ? packet : splitter.split(packet, headerLength);
    }

    /// Tells the sender of `packet` (borrowed, from its IP header) that its next hop is not there.
    void hostUnreachable(Pbuf packet) {
        unreachable(packet, IcmpHeader.HOST_UNREACHABLE);
    }
}
