package org.weir.ip;

import org.jspecify.annotations.Nullable;
import org.weir.wire.Ipv4Header;

/// What the network layer knows of the packet that it hands up: one object for each layer, filled anew for each packet.
public final class Datagram {
    private long sourceHigh;
    private long sourceLow;
    private long destinationHigh;
    private long destinationLow;
    private int headerLength;
    private int typeOfService;
    private int timeToLive;
    private boolean routerAlert;
    private boolean toGroup;
    private boolean wasProtected;
    private @Nullable Netif netif;

    void ipv4(Netif arrivedOn, long source, long destination) {
        netif = arrivedOn;
        wasProtected = false;
        sourceHigh = 0;
        sourceLow = source;
        destinationHigh = 0;
        destinationLow = destination;
    }

    void header(int octets, int tos, boolean isGroup) {
        headerLength = octets;
        typeOfService = tos;
        toGroup = isGroup;
    }

    void control(int ttl, boolean hasRouterAlert) {
        timeToLive = ttl;
        routerAlert = hasRouterAlert;
    }

    public long sourceHigh() {
        return sourceHigh;
    }

    public long sourceLow() {
        return sourceLow;
    }

    public long destinationHigh() {
        return destinationHigh;
    }

    public long destinationLow() {
        return destinationLow;
    }

    /// Octets of the IP header, which still lie in front of the payload.
    public int headerLength() {
        return headerLength;
    }

    /// DSCP and ECN.
    public int typeOfService() {
        return typeOfService;
    }

    /// True if a router has marked the packet because of congestion: RFC 3168 section 5.
    public boolean isCongestionExperienced() {
        return (typeOfService & Ipv4Header.ECN_MASK) == Ipv4Header.ECN_CE;
    }

    public int timeToLive() {
        return timeToLive;
    }

    /// True if the header asks routers to look at what the packet carries, RFC 2113.
    boolean hasRouterAlert() {
        return routerAlert;
    }

    /// True if the destination is a broadcast or multicast address.
    public boolean isToGroup() {
        return toGroup;
    }

    void wasProtected(boolean yes) {
        wasProtected = yes;
    }

    /// True if nobody between the other host and this one could read or change it.
    boolean wasProtected() {
        return wasProtected;
    }

    /// Where it arrived.
    public Netif netif() {
        if (netif == null) {
            throw new IllegalStateException("no packet has been received");
        }
        return netif;
    }
}
