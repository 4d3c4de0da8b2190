package org.weir.ip;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.weir.base.Owner;
import org.weir.link.DropCounters;
import org.weir.link.DropReason;
import org.weir.link.Framing;
import org.weir.link.Link;
import org.weir.link.LinkCapabilities;
import org.weir.link.LoopbackLink;
import org.weir.link.PacketSink;
import org.weir.memory.ChecksumState;
import org.weir.memory.Headroom;
import org.weir.memory.PacketQueue;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.time.StackClock;
import org.weir.wire.EthernetHeader;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;
import org.weir.wire.Ipv4Header;
import org.weir.wire.UdpHeader;
import org.weir.wire.VlanHeader;

/// A network interface: a link, its addresses and its counters.
public final class Netif {
    private static final int LIMITED_BROADCAST = -1;
    private static final int VLANS = 4096;
    private static final IpPrefix GROUPS = new IpPrefix(IpAddress.ofIpv4(0xE000_0000), 4);
    /// Copies of this host's own multicasts and broadcasts that may wait.
    private static final int OWN_COPIES = 64;
    /// The most segments that one packet is cut into here: as many as a connection sends in a turn.
    private static final int SEGMENTS_PER_PACKET = 32;
    /// Frames that a link with room for them is taken to have room for more behind.
    private static final int BURST = 64;
    /// Pages that a segment shares with its neighbours, and the cuts themselves.
    private static final int HANDLES_AT_CUTS = 3;
    /// The most TCP payload of one packet: with all headers and options below the 65,535 octets that IP can tell.
    private static final int LONGEST_PAYLOAD = 65_160;

    private final String name;
    private final int index;
    private final Link link;
    private final Ipv4 ipv4;
    private final Owner owner;
    private final LinkCapabilities capabilities;
    private final PacketSink input;
    private final StackClock clock;
    private final DropCounters drops;
    private final PbufPool pool;
    private final Segmentation segmentation;
    private final Segmentation.Output segments = this::send;
    private final Route groupRoute;
    private final PacketQueue ownCopies = new PacketQueue();
    private final int linkHeader;
    private final int maximumFrame;
    private int mtu;
    private int longestPayload;
    private final List<IpPrefix> addresses = new ArrayList<>();
    private int[] addressOf = new int[0];
    private int[] broadcastOf = new int[0];
    private final @Nullable Vlan vlan;
    /// The interface that carries its VLAN.
    private final @Nullable Netif carrier;
    /// Interfaces of the VLANs that this one carries, by number; empty until there is one.
    private @Nullable Netif[] carried = {};

    private @Nullable IgmpInterface igmp;
    private boolean up = true;
    private boolean removed;
    private boolean usedSinceFlush;

    private long packetsReceived;
    private long octetsReceived;
    private long packetsSent;
    private long octetsSent;

    Netif(String name, int index, Link link, Ipv4 ipv4) {
        this.name = name;
        this.index = index;
        this.link = link;
        this.ipv4 = ipv4;
        this.owner = ipv4.resources().owner();
        this.groupRoute = Route.onLink(GROUPS, this);
        this.capabilities = link.capabilities();
        this.clock = ipv4.clock();
        this.drops = ipv4.drops();
        final boolean ethernet = capabilities.framing() == Framing.ETHERNET;
        final VlanLink tagging = link instanceof VlanLink tag ? tag : null;
        this.vlan = tagging == null ? null : tagging.vlan();
        this.carrier = tagging == null ? null : tagging.carrier();
        final int header = ethernet ? EthernetHeader.LENGTH : 0;
        this.linkHeader = vlan == null ? header : VlanHeader.LENGTH;
        this.maximumFrame = capabilities.mtu() + header;
        this.pool = ipv4.pool();
        this.mtu = capabilities.mtu();
        this.longestPayload = longestPayload(pool, mtu);
        this.segmentation = new Segmentation(pool, drops, vlan == null ? Headroom.RAW : Headroom.LINK, header);
        this.input = ethernet ? this::receiveEthernet : this::receiveIp;
    }

    private static int longestPayload(PbufPool pool, int mtu) {
        final int fragments = Math.min(pool.blocks().total() - 2, pool.handles().total());
        final long inPages = (long) (pool.pages().total() - pool.reserve()) * pool.pageSize();
        final long inFragments = (long) fragments * Fragmentation.most(Ipv4Header.LENGTH, mtu);
        return Math.clamp(
                Math.min(inPages, inFragments),
                mtu - Ipv4Header.LENGTH,
                Ipv4Header.LONGEST_DATAGRAM - Ipv4Header.LENGTH);
    }

    private void receiveEthernet(Pbuf frame) {
        countReceived(frame);
        ipv4.ethernet().process(frame, this);
    }

    private void receiveIp(Pbuf packet) {
        countReceived(packet);
        ipv4.showReceived(packet, this);
        ipv4.process(packet, this);
    }

    void countReceived(Pbuf packet) {
        packetsReceived++;
        octetsReceived += packet.totalLength();
    }

    public String name() {
        return name;
    }

    /// Its number, from 1 on: 1 is the loopback.
    public int index() {
        return index;
    }

    public Link link() {
        return link;
    }

    /// True for the interface of a stack to itself.
    public boolean isLoopback() {
        return link instanceof LoopbackLink;
    }

    /// The VLAN that it is on; null if frames have no tag.
    public @Nullable Vlan vlan() {
        return vlan;
    }

    /// Octets that are put in front of IP packets, with a VLAN's tag.
    int linkHeader() {
        return linkHeader;
    }

    public LinkCapabilities capabilities() {
        return capabilities;
    }

    /// Octets of an IP packet that go out by this interface under these names: less than [#mtu] where a security
    /// policy protects them.
    public int mtuFor(int source, int destination, int protocol, int sourcePort, int destinationPort) {
        return mtu - ipv4.overhead(this, source, destination, protocol, sourcePort, destinationPort);
    }

    /// Octets in the largest IP packet that goes out.
    public int mtu() {
        return mtu;
    }

    /// Sends no larger IP packets than `octets` from now on, also on connections that there are; larger ones that
    /// the link takes are still received.
    ///
    /// @throws IllegalArgumentException if it is not in 68 (RFC 791) to what the link carries
    public void mtu(int octets) {
        owner.check();
        if (octets < LinkCapabilities.MINIMUM_MTU || octets > capabilities.mtu()) {
            throw new IllegalArgumentException("MTU " + octets + " of " + name + " is not in "
                    + LinkCapabilities.MINIMUM_MTU + " to " + capabilities.mtu());
        }
        mtu = octets;
        longestPayload = longestPayload(pool, octets);
        ipv4.routes().touch();
    }

    public long hardwareAddress() {
        return capabilities.hardwareAddress();
    }

    /// True if frames can pass: on a VLAN, while the interface that carries it is up too.
    public boolean isUp() {
        return up && (carrier == null || carrier.up);
    }

    /// Whether somebody is at the other end of its link: [Link#hasCarrier].
    public boolean hasCarrier() {
        return link.hasCarrier();
    }

    /// True once the stack has given it up: it stays down.
    public boolean isRemoved() {
        return removed;
    }

    void igmp(IgmpInterface state) {
        igmp = state;
    }

    IgmpInterface igmp() {
        if (igmp == null) {
            throw new IllegalStateException(name + " hears no groups");
        }
        return igmp;
    }

    /// Takes the interface up or down; while it is down nothing is received or sent, nor on the VLANs that it
    /// carries. When it comes up, its addresses and theirs are announced again.
    public void up(boolean isUp) {
        owner.check();
        final boolean wasUp = isUp();
        up = isUp && !removed;
        if (isUp() != wasUp) {
            hasChanged();
        }
    }

    /// [#isUp] says something else than before.
    private void hasChanged() {
        if (isUp()) {
            ipv4.claims().announceAll(this);
        } else {
            ownCopies.clear();
        }
        for (final Netif netif : carried) {
            if (netif != null && netif.up) {
                netif.hasChanged();
            }
        }
    }

    // ---- addresses (set-up) ----

    void addAddress(IpPrefix address) {
        addresses.add(address);
        indexAddresses();
    }

    /// False if the interface does not have it.
    boolean removeAddress(IpPrefix address) {
        final boolean had = addresses.remove(address);
        indexAddresses();
        return had;
    }

    private void indexAddresses() {
        addressOf = new int[addresses.size()];
        broadcastOf = new int[addresses.size()];
        for (int i = 0; i < addressOf.length; i++) {
            addressOf[i] = addresses.get(i).address().ipv4();
            broadcastOf[i] = addresses.get(i).hasBroadcast() ? addresses.get(i).broadcast() : LIMITED_BROADCAST;
        }
    }

    /// Loses its addresses and its link.
    void remove() {
        removed = true;
        up(false);
        addresses.clear();
        indexAddresses();
        link.close();
    }

    /// The addresses with their networks, the first one the source by default.
    public List<IpPrefix> addresses() {
        return List.copyOf(addresses);
    }

    /// The source address by default; 0 if there is none.
    public int primaryAddress() {
        return addressOf.length == 0 ? 0 : addressOf[0];
    }

    /// Our address on the network that `destination` is in, or the first one if it is in none.
    public int sourceFor(int destination) {
        for (int i = 0; i < addresses.size(); i++) {
            if (addresses.get(i).contains(destination)) {
                return addressOf[i];
            }
        }
        return primaryAddress();
    }

    /// True if `ipv4` is an address of this interface.
    public boolean hasAddress(int ipv4) {
        for (final int address : addressOf) {
            if (address == ipv4) {
                return true;
            }
        }
        return false;
    }

    /// True if `ipv4` is in one of this interface's networks.
    boolean isOnLink(int ipv4) {
        for (int i = 0; i < addresses.size(); i++) {
            if (addresses.get(i).contains(ipv4)) {
                return true;
            }
        }
        return false;
    }

    /// The way to groups and to all hosts of the link that no route leads to.
    Route groupRoute() {
        return groupRoute;
    }

    /// True if `ipv4` reaches all hosts of one of this interface's networks.
    public boolean isBroadcast(int ipv4) {
        if (ipv4 == LIMITED_BROADCAST) {
            return true;
        }
        for (final int broadcast : broadcastOf) {
            if (broadcast == ipv4) {
                return true;
            }
        }
        return false;
    }

    // ---- VLANs that it carries ----

    void carry(Netif netif, int id) {
        if (carried.length == 0) {
            carried = new Netif[VLANS];
        }
        carried[id] = netif;
    }

    /// The interface of a VLAN, 0 to 4095; null if there is none.
    @Nullable
    Netif carried(int id) {
        return carried.length == 0 ? null : carried[id];
    }

    boolean carries(Netif netif) {
        return netif.vlan != null && carried(netif.vlan.id()) == netif;
    }

    void forgetVlan(int id) {
        carried[id] = null;
    }

    /// Takes a frame of one of its VLANs.
    void sendTagged(Pbuf frame) {
        if (up) {
            give(frame);
        } else {
            drops.drop(frame, DropReason.INTERFACE_DOWN);
        }
    }

    // ---- packets ----

    /// Passes at most `budget` received frames to the layer above. Returns how many.
    public int receive(int budget) {
        owner.check();
        return up ? receiveOwnCopies() + link.receive(input, budget, clock.nowNs()) : 0;
    }

    private int receiveOwnCopies() {
        final int copies = ownCopies.size();
        for (int i = 0; i < copies; i++) {
            final Pbuf packet = ownCopies.poll();
            if (packet != null) {
                ipv4.processOwn(packet, this);
            }
        }
        return copies;
    }

    /// Lets this host hear, in the next poll, what it sends to a group or to all hosts: a copy of `packet`
    /// (borrowed, from its IP header).
    void hearOwn(Pbuf packet) {
        if (!isUp()) {
            return;
        }
        if (ownCopies.size() == OWN_COPIES) {
            drops.count(DropReason.OWN_COPY_QUEUE_FULL);
            return;
        }
        final Pbuf copy = pool.copyOf(packet, 0, packet.totalLength());
        if (copy == null) {
            drops.count(DropReason.NO_BUFFER);
            return;
        }
        copy.checksumState(ChecksumState.VERIFIED);
        copy.segmentSize(packet.segmentSize());
        ownCopies.add(copy);
    }

    /// When the interface is to be polled although nothing arrives; a time in the past if it has work now.
    public long nextDeadlineNs() {
        final boolean hasWork = usedSinceFlush || !ownCopies.isEmpty();
        return hasWork ? Long.MIN_VALUE : link.nextDeadlineNs();
    }

    /// True if the link takes another frame now.
    public boolean hasRoom() {
        return link.room() > 0;
    }

    /// True if the link takes one packet of `datagrams` UDP datagrams now, or that many packets if it does not cut
    /// them.
    public boolean hasRoom(int datagrams) {
        if (datagrams == 1 || capabilities.datagramSegmentation() && ipv4.protectionOn(this) == null) {
            return hasRoom();
        }
        return link.room() >= datagrams
                && pool.blocks().free() > datagrams
                && pool.handles().free() >= datagrams * HANDLES_AT_CUTS;
    }

    /// True if a datagram of `payload` octets behind an IP header of `headerLength` finds room at the link and
    /// buffers now, in fragments if it is too long for one packet. What a link takes of a burst it takes of all
    /// fragments: a TAP says no more of itself.
    public boolean hasRoomFor(int headerLength, int payload) {
        final int fragments = Fragmentation.count(payload, headerLength, mtu);
        if (fragments == 1) {
            return hasRoom();
        }
        return link.room() >= Math.min(fragments, BURST)
                && pool.blocks().free() > fragments
                && pool.handles().free() >= fragments;
    }

    /// Octets behind an IP header without options that one datagram may ever carry: what IP can tell, or what this
    /// stack has buffers for.
    public int longestPayload() {
        return longestPayload;
    }

    /// Octets of TCP payload that one packet may carry now in segments of `segmentSize` octets: what the link cuts
    /// itself, or what this interface cuts and has room and buffers for.
    public int segmentationLimit(int segmentSize) {
        final int ofLink = capabilities.segmentationLimit();
        if (ofLink > 0 && ipv4.protectionOn(this) == null) {
            return ofLink;
        }
        final int handlesPerSegment = segmentSize / pool.pageSize() + HANDLES_AT_CUTS;
        final int buffers = Math.min(pool.blocks().free(), pool.handles().free() / handlesPerSegment);
        final int segments = Math.min(SEGMENTS_PER_PACKET, Math.min(link.room(), buffers));
        return Math.min(segments * segmentSize, LONGEST_PAYLOAD);
    }

    /// Takes a complete frame and gives it to the link, after doing what the link does not do itself.
    void transmit(Pbuf frame) {
        if (!up) {
            drops.drop(frame, DropReason.INTERFACE_DOWN);
            return;
        }
        if (frame.segmentSize() > 0 && !isCutByLink(frame)) {
            segmentation.cut(frame, segments);
        } else {
            send(frame);
        }
    }

    /// The place of the checksum tells TCP from UDP.
    boolean isCutByLink(Pbuf frame) {
        return frame.checksumOffset() == UdpHeader.CHECKSUM
                ? capabilities.datagramSegmentation()
                : capabilities.segmentationLimit() > 0;
    }

    /// Takes a frame that needs no cutting here.
    private void send(Pbuf frame) {
        if (frame.totalLength() > maximumFrame && frame.segmentSize() == 0) {
            drops.drop(frame, DropReason.FRAME_TOO_LONG);
            return;
        }
        if (frame.checksumState() == ChecksumState.PARTIAL && !capabilities.checksumOut()) {
            PacketChecksum.complete(frame);
        }
        give(frame);
    }

    private void give(Pbuf frame) {
        ipv4.showSent(frame, this);
        packetsSent++;
        octetsSent += frame.totalLength();
        usedSinceFlush = true;
        link.send(frame, clock.nowNs());
    }

    /// Ends the burst of this poll.
    public void flush() {
        owner.check();
        if (usedSinceFlush) {
            usedSinceFlush = false;
            link.flush(clock.nowNs());
        }
    }

    /// Releases what waits, and closes the link.
    public void close() {
        owner.check();
        ownCopies.clear();
        link.close();
    }

    // ---- counters ----

    public long packetsReceived() {
        return packetsReceived;
    }

    public long octetsReceived() {
        return octetsReceived;
    }

    public long packetsSent() {
        return packetsSent;
    }

    public long octetsSent() {
        return octetsSent;
    }

    @Override
    public String toString() {
        return name + " " + addresses;
    }
}
