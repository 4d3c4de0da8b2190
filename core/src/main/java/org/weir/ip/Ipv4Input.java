package org.weir.ip;

import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;
import org.weir.filter.FilterHook;
import org.weir.filter.Filters;
import org.weir.link.DropCounters;
import org.weir.link.DropReason;
import org.weir.memory.Pbuf;
import org.weir.wire.IpAddress;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;

/// Packet arrival, RFC 791 section 3.1 and RFC 1122 section 3.2.1: what must hold before a packet goes up.
///
/// The header is read as three loads, and its fields are taken from these: a load costs more than a shift.
final class Ipv4Input {
    private static final int LOOPBACK_NET = 127;
    private static final int FIRST_MULTICAST = 224;
    private static final int LOOSE_SOURCE_ROUTE = 131;
    private static final int STRICT_SOURCE_ROUTE = 137;
    private static final int END_OF_OPTIONS = 0;
    private static final int NO_OPERATION = 1;

    private final Ipv4 ipv4;
    private final DropCounters drops;
    private final Filters filters;
    private final Ipv4Header header = new Ipv4Header();
    private final Datagram received = new Datagram();
    private long lengthAndFragment;
    private long protocolAndSource;
    private int destination;
    private boolean hasRouterAlert;

    Ipv4Input(Ipv4 ipv4, DropCounters drops) {
        this.ipv4 = ipv4;
        this.drops = drops;
        this.filters = ipv4.filters();
    }

    /// Takes a received packet that starts with an IPv4 header.
    ///
    /// @param fromOutside another host may have sent it
    void process(Pbuf packet, Netif netif, boolean fromOutside) {
        DropReason fault = check(packet);
        if (fault == null) {
            fault = checkAddresses(netif, fromOutside);
        }
        if (fault == DropReason.IPV4_NOT_FOR_US
                && fromOutside
                && ipv4.forwarding().isEnabled()) {
            ipv4.forwarding().process(packet, netif);
            return;
        }
        if (fault != null) {
            drops.drop(packet, fault);
            return;
        }
        if (Ipv4Header.isFragment(lengthAndFragment)) {
            processFragment(packet, netif, fromOutside);
            return;
        }
        final int headerLength = Ipv4Header.headerLength(lengthAndFragment);
        received.ipv4(netif, IpAddress.mapped(Ipv4Header.source(protocolAndSource)), IpAddress.mapped(destination));
        received.control(Ipv4Header.timeToLive(protocolAndSource), hasRouterAlert);
        received.header(headerLength, Ipv4Header.typeOfService(lengthAndFragment), isToGroup(netif));
        packet.trimTo(Ipv4Header.totalLength(lengthAndFragment));
        packet.strip(headerLength);
        admit(packet, Ipv4Header.protocol(protocolAndSource), fromOutside ? ipv4.protectionOn(netif) : null);
    }

    /// A datagram that is whole now goes the way of all others.
    private void processFragment(Pbuf fragment, Netif netif, boolean fromOutside) {
        final Pbuf whole = ipv4.reassembly().process(fragment, netif, isToGroup(netif));
        if (whole != null) {
            process(whole, netif, fromOutside);
        }
    }

    private void admit(Pbuf segment, int protocol, @Nullable Protection protection) {
        if (protection == null) {
            deliver(segment, received, protocol);
        } else if (protocol == IpProtocol.ESP) {
            protection.inbound(segment, received);
        } else if (protection.permitsUnprotected(segment, received, protocol)) {
            deliver(segment, received, protocol);
        } else {
            segment.release();
        }
    }

    /// Takes a packet that may come in, and hands it up.
    void deliver(Pbuf segment, Datagram datagram, int protocol) {
        if (filters.sees(FilterHook.INPUT) && isRefused(segment, datagram, protocol)) {
            return;
        }
        final boolean shown = ipv4.show(segment, datagram, protocol);
        final Transport transport = ipv4.transportFor(protocol);
        if (transport != null) {
            transport.process(segment, datagram);
        } else if (protocol == IpProtocol.ICMP) {
            ipv4.icmp().process(segment, datagram, shown);
        } else if (protocol == IpProtocol.IGMP) {
            ipv4.igmp().process(segment, datagram);
        } else if (shown) {
            segment.release();
        } else {
            drops.count(DropReason.IPV4_UNKNOWN_PROTOCOL);
            ipv4.icmp().protocolUnreachable(segment, datagram);
        }
    }

    /// Asks the filter about a packet, and takes it if it must not come in.
    private boolean isRefused(Pbuf segment, Datagram datagram, int protocol) {
        segment.prepend(datagram.headerLength());
        final DropReason refusal =
                filters.refusalOf(FilterHook.INPUT, segment, datagram.netif().name(), null);
        segment.strip(datagram.headerLength());
        if (refusal == null) {
            return false;
        }
        if (filters.isRejected()) {
            drops.count(refusal);
            reject(segment, datagram, protocol);
        } else {
            drops.drop(segment, refusal);
        }
        return true;
    }

    /// Takes a packet that a filter has refused, and tells its sender.
    private void reject(Pbuf segment, Datagram datagram, int protocol) {
        final Transport transport = ipv4.transportFor(protocol);
        if (transport != null) {
            transport.reject(segment, datagram);
        } else {
            ipv4.icmp().prohibited(segment, datagram);
        }
    }

    /// What must hold before a field is believed, RFC 1122 section 3.2.1. Null if it does.
    private @Nullable DropReason check(Pbuf packet) {
        if (!Ipv4Header.fits(packet.length())) {
            return DropReason.IPV4_MALFORMED;
        }
        header.at(packet.segment(), packet.offset());
        lengthAndFragment = header.lengthAndFragment();
        protocolAndSource = header.protocolAndSource();
        destination = header.destination();
        hasRouterAlert = false;
        final int headerLength = Ipv4Header.headerLength(lengthAndFragment);
        final int totalLength = Ipv4Header.totalLength(lengthAndFragment);
        if (Ipv4Header.version(lengthAndFragment) != 4
                || headerLength < Ipv4Header.LENGTH
                || headerLength > packet.length()
                || totalLength < headerLength
                || totalLength > packet.totalLength()) {
            return DropReason.IPV4_MALFORMED;
        }
        if (headerLength > Ipv4Header.LENGTH) {
            return header.checksumIsValid() ? checkOptions(packet, headerLength) : DropReason.IPV4_BAD_CHECKSUM;
        }
        final boolean intact = Ipv4Header.checksumIsValid(lengthAndFragment, protocolAndSource, destination);
        return intact ? null : DropReason.IPV4_BAD_CHECKSUM;
    }

    private @Nullable DropReason checkOptions(Pbuf packet, int headerLength) {
        int at = Ipv4Header.LENGTH;
        while (at < headerLength) {
            final int kind = octet(packet, at);
            if (kind == END_OF_OPTIONS) {
                return null;
            }
            if (kind == LOOSE_SOURCE_ROUTE || kind == STRICT_SOURCE_ROUTE) {
                return DropReason.IPV4_SOURCE_ROUTE;
            }
            final int size;
            if (kind == NO_OPERATION) {
                size = 1;
            } else {
                size = at + 1 < headerLength ? octet(packet, at + 1) : 0;
                if (size < 2 || at + size > headerLength) {
                    return DropReason.IPV4_MALFORMED;
                }
            }
            hasRouterAlert |= kind == Ipv4Header.ROUTER_ALERT;
            at += size;
        }
        return null;
    }

    private static int octet(Pbuf packet, int at) {
        return packet.segment().get(ValueLayout.JAVA_BYTE, packet.offset() + at) & 0xFF;
    }

    private @Nullable DropReason checkAddresses(Netif netif, boolean fromOutside) {
        if (isMartian(Ipv4Header.source(protocolAndSource), netif, fromOutside)
                || fromOutside && destination >>> 24 == LOOPBACK_NET) {
            return DropReason.IPV4_MARTIAN;
        }
        if (IpAddress.isMulticast(destination)) {
            return isHeard(netif) ? null : DropReason.IPV4_OTHER_GROUP;
        }
        final boolean isOurs = netif.hasAddress(destination) || ipv4.isLocal(destination);
        return isOurs || netif.isBroadcast(destination) ? null : DropReason.IPV4_NOT_FOR_US;
    }

    /// Messages about a group concern all its members, whatever sources they hear.
    private boolean isHeard(Netif netif) {
        return Ipv4Header.protocol(protocolAndSource) == IpProtocol.IGMP
                ? ipv4.multicast().isMember(netif, destination)
                : ipv4.multicast().accepts(netif, destination, Ipv4Header.source(protocolAndSource));
    }

    /// RFC 1122 section 3.2.1.3: addresses that must not be a source.
    private boolean isMartian(int source, Netif netif, boolean fromOutside) {
        final int net = source >>> 24;
        return net == 0 && !isQueryOfASwitch(source)
                || net >= FIRST_MULTICAST
                || netif.isBroadcast(source)
                || fromOutside && (net == LOOPBACK_NET || ipv4.isLocal(source));
    }

    /// A switch without an address that asks for members of groups sends from 0.0.0.0: RFC 4541 section 2.1.1.
    private boolean isQueryOfASwitch(int source) {
        return source == 0 && Ipv4Header.protocol(protocolAndSource) == IpProtocol.IGMP;
    }

    private boolean isToGroup(Netif netif) {
        return IpAddress.isMulticast(destination) || netif.isBroadcast(destination);
    }
}
