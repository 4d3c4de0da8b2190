package org.weir.esp;

import java.lang.foreign.MemorySegment;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.weir.base.Entropy;
import org.weir.base.HashTable;
import org.weir.base.Owner;
import org.weir.ip.Datagram;
import org.weir.ip.Ipv4;
import org.weir.ip.PacketChecksum;
import org.weir.ip.Protection;
import org.weir.link.DropCounters;
import org.weir.link.DropReason;
import org.weir.memory.ChecksumState;
import org.weir.memory.Headroom;
import org.weir.memory.MemoryPlan;
import org.weir.memory.Pbuf;
import org.weir.wire.IpAddress;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;

/// ESP in transport mode, RFC 4303, with the policies and associations of a host, RFC 4301 sections 4.4 and 5.
///
/// ```text
///   out   [IP | TCP ...]           ->  policy, association, seal  ->  [IP | ESP | TCP ... | trailer | ICV]
///   in    [IP | ESP | ... | ICV]   ->  association, replay, open, policy  ->  [IP | TCP ...]
/// ```
///
/// A packet is copied into an array, where the JCA works on it, and from there into a buffer of its own: the original
/// may be a segment that TCP keeps for retransmission, or memory of another stack. For the owner of the stack.
public final class Esp implements Protection {
    /// Octets that a replay window may have: powers of two.
    public static final int LEAST_WINDOW = 64;

    public static final int LARGEST_WINDOW = 1 << 16;

    private static final int MOST_POLICIES = 1_024;
    private static final int MOST_ASSOCIATIONS = 1_024;
    private static final int LONGEST_PACKET = 0xFFFF;
    /// What no suite exceeds.
    private static final int LARGEST_OVERHEAD = 128;
    private static final int SCRATCH = LONGEST_PACKET + LARGEST_OVERHEAD;
    /// The table by SPI: twice as many references as there may be associations.
    private static final int TABLE = 2 * MOST_ASSOCIATIONS * Integer.BYTES;
    /// RFC 4303 section 2.1: 0 is for local use, 1 to 255 are reserved.
    private static final int FIRST_SPI = 256;

    private final Ipv4 ipv4;
    private final Entropy entropy;
    private final DropCounters drops;
    private final Owner owner;
    private final List<SecurityPolicy> policies = new ArrayList<>();
    private final List<SecurityAssociation> associations = new ArrayList<>();
    private SecurityPolicy[] inOrder = new SecurityPolicy[0];
    private final HashTable<SecurityAssociation> bySpi = new HashTable<>(MOST_ASSOCIATIONS);
    private final byte[] array = new byte[SCRATCH];
    private final MemorySegment memory = MemorySegment.ofArray(array);
    private final Ipv4Header header = new Ipv4Header();
    private final Selectors selectors = new Selectors();

    public Esp(Ipv4 ipv4) {
        this.ipv4 = ipv4;
        this.entropy = ipv4.resources().entropy();
        this.drops = ipv4.drops();
        this.owner = ipv4.resources().owner();
    }

    /// Adds what is held from the start to `plan`; policies and associations come with their use.
    public static void plan(MemoryPlan plan) {
        plan.heap("ESP packet", 1, SCRATCH + TABLE);
    }

    // ---- policies ----

    /// Adds a policy behind the others: the first that matches a packet counts, and where none does it goes as it
    /// is.
    ///
    /// @throws IllegalStateException if there are too many
    public void addPolicy(SecurityPolicy policy) {
        owner.check();
        if (policies.size() == MOST_POLICIES) {
            throw new IllegalStateException("there are " + MOST_POLICIES + " security policies already");
        }
        policies.add(policy);
        inOrder = policies.toArray(new SecurityPolicy[0]);
    }

    /// Removes the first policy that equals `policy`. Returns false if there is none.
    public boolean removePolicy(SecurityPolicy policy) {
        owner.check();
        final boolean removed = policies.remove(policy);
        inOrder = policies.toArray(new SecurityPolicy[0]);
        return removed;
    }

    /// The policies in the order in which they are looked at.
    public List<SecurityPolicy> policies() {
        return List.copyOf(policies);
    }

    private SecurityPolicy.Action actionFor(Selectors s) {
        for (final SecurityPolicy policy : inOrder) {
            if (policy.matches(s)) {
                return policy.action();
            }
        }
        return SecurityPolicy.Action.BYPASS;
    }

    // ---- associations ----

    /// Adds an association for what goes from `source` to `destination`, one of which is this host's. What is sent
    /// takes the one that was added last.
    ///
    /// @param spi an unsigned number of 256 or more
    /// @param key as many octets as [EspSuite#keyOctets]; copied, so that the caller can wipe it
    /// @param replayWindow sequence numbers that may come late, a power of two from 64 to 65,536
    /// @throws IllegalArgumentException if one of them is not as it must be, or the SPI is taken
    /// @throws IllegalStateException if there are too many
    /// @throws GeneralSecurityException if the JCA has no such cipher
    public SecurityAssociation addAssociation(
            int spi, IpAddress source, IpAddress destination, EspSuite suite, byte[] key, int replayWindow)
            throws GeneralSecurityException {
        owner.check();
        check(spi, source, destination, replayWindow);
        if (key.length != suite.keyOctets()) {
            throw new IllegalArgumentException(
                    suite + " takes " + suite.keyOctets() + " octets of key, not " + key.length);
        }
        final SecurityAssociation added = new SecurityAssociation(
                spi, source.ipv4(), destination.ipv4(), EspTransform.of(suite, key, entropy), replayWindow);
        associations.add(added);
        bySpi.add(added, spi);
        return added;
    }

    private void check(int spi, IpAddress source, IpAddress destination, int replayWindow) {
        if (Integer.compareUnsigned(spi, FIRST_SPI) < 0) {
            throw new IllegalArgumentException("an SPI of " + Integer.toUnsignedString(spi) + " is reserved");
        }
        if (replayWindow < LEAST_WINDOW || replayWindow > LARGEST_WINDOW || Integer.bitCount(replayWindow) != 1) {
            throw new IllegalArgumentException("a replay window of " + replayWindow + " is not a power of two in "
                    + LEAST_WINDOW + " to " + LARGEST_WINDOW);
        }
        if (find(spi, source.ipv4(), destination.ipv4()) != null) {
            throw new IllegalArgumentException("there is an association from " + source + " to " + destination
                    + " with SPI " + Integer.toUnsignedString(spi) + " already");
        }
        if (associations.size() == MOST_ASSOCIATIONS) {
            throw new IllegalStateException("there are " + MOST_ASSOCIATIONS + " security associations already");
        }
    }

    /// Removes an association and overwrites its keys. Returns false if it is not there.
    public boolean removeAssociation(SecurityAssociation association) {
        owner.check();
        if (!associations.remove(association)) {
            return false;
        }
        bySpi.remove(association);
        association.transform.wipe();
        return true;
    }

    /// All associations, in the order in which they were added.
    public List<SecurityAssociation> associations() {
        return List.copyOf(associations);
    }

    private @Nullable SecurityAssociation find(int spi, int source, int destination) {
        SecurityAssociation a = bySpi.first(spi);
        while (a != null && (a.spi != spi || a.source != source || a.destination != destination)) {
            a = a.hashNext();
        }
        return a;
    }

    private @Nullable SecurityAssociation newest(int source, int destination) {
        for (int i = associations.size() - 1; i >= 0; i--) {
            final SecurityAssociation a = associations.get(i);
            if (a.source == source && a.destination == destination) {
                return a;
            }
        }
        return null;
    }

    @Override
    public boolean isIdle() {
        return inOrder.length == 0 && associations.isEmpty();
    }

    // ---- out ----

    @Override
    public int overhead(int source, int destination, int protocol, int sourcePort, int destinationPort) {
        selectors.set(source, destination, protocol, sourcePort, destinationPort);
        if (actionFor(selectors) != SecurityPolicy.Action.PROTECT) {
            return 0;
        }
        final SecurityAssociation a = newest(source, destination);
        return a == null ? 0 : a.suite.overhead();
    }

    @Override
    public @Nullable Pbuf outbound(Pbuf packet) {
        header.at(packet.segment(), packet.offset());
        final int source = header.source();
        final int destination = header.destination();
        if (header.isFragment()) {
            return bypassing(packet, selectors.fragment(source, destination, header.protocol()));
        }
        selectors.outbound(source, destination, header.protocol(), packet, header.headerLength());
        return switch (actionFor(selectors)) {
            case BYPASS -> packet;
            case DISCARD -> refuse(packet, DropReason.POLICY_DISCARDED);
            case PROTECT -> protect(packet, newest(source, destination));
        };
    }

    /// A fragment that the user of a raw endpoint has made: RFC 4303 section 3.1.1 protects whole packets alone,
    /// and which ports it is for may stand in another.
    private @Nullable Pbuf bypassing(Pbuf fragment, Selectors s) {
        return actionFor(s) == SecurityPolicy.Action.BYPASS ? fragment : refuse(fragment, DropReason.POLICY_DISCARDED);
    }

    private @Nullable Pbuf refuse(Pbuf packet, DropReason reason) {
        drops.drop(packet, reason);
        return null;
    }

    private @Nullable Pbuf protect(Pbuf packet, @Nullable SecurityAssociation a) {
        if (a == null) {
            return refuse(packet, DropReason.ESP_NO_ASSOCIATION);
        }
        if (a.isExhausted()) {
            return refuse(packet, DropReason.ESP_SEQUENCE_EXHAUSTED);
        }
        if (packet.totalLength() + a.suite.overhead() > LONGEST_PACKET) {
            return refuse(packet, DropReason.FRAME_TOO_LONG);
        }
        if (packet.checksumState() == ChecksumState.PARTIAL) {
            PacketChecksum.complete(packet);
        }
        final Pbuf made = ipv4.pool().copyOf(Headroom.TRANSPORT, memory, 0, seal(packet, a));
        if (made == null) {
            return refuse(packet, DropReason.NO_BUFFER);
        }
        prependHeader(made, packet, IpProtocol.ESP);
        made.typeOfService(packet.typeOfService());
        made.checksumState(ChecksumState.VERIFIED);
        packet.release();
        return made;
    }

    /// RFC 4303 section 3.3: what lies behind the IP header of `packet`, sealed in the array. Returns octets of it.
    private int seal(Pbuf packet, SecurityAssociation a) {
        final int headerLength = header.at(packet.segment(), packet.offset()).headerLength();
        final int length = packet.totalLength() - headerLength;
        final int textAt = a.transform.textAt;
        packet.copyTo(headerLength, memory, textAt, length);
        final int text = EspHeader.pad(array, textAt, length, a.suite.blockOctets(), header.protocol());
        try {
            return a.seal(array, text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the cipher of " + a.suite + " failed", e);
        }
    }

    /// Puts the IP header of `packet` in front of `made`, with the protocol and length of that.
    private void prependHeader(Pbuf made, Pbuf packet, int protocol) {
        final int headerLength = header.at(packet.segment(), packet.offset()).headerLength();
        final long at = made.prepend(headerLength);
        MemorySegment.copy(packet.segment(), packet.offset(), made.segment(), at, headerLength);
        header.at(made.segment(), at)
                .protocol(protocol)
                .totalLength(made.totalLength())
                .headerChecksum(0)
                .sealChecksum();
    }

    // ---- in ----

    @Override
    public boolean permitsUnprotected(Pbuf segment, Datagram datagram, int protocol) {
        selectors.inbound(source(datagram), destination(datagram), protocol, segment);
        return switch (actionFor(selectors)) {
            case BYPASS -> true;
            case DISCARD -> count(DropReason.POLICY_DISCARDED);
            case PROTECT -> count(DropReason.POLICY_UNPROTECTED);
        };
    }

    private boolean count(DropReason reason) {
        drops.count(reason);
        return false;
    }

    /// RFC 4303 section 3.4: association, sequence number, integrity, padding; then RFC 4301 section 5.2: the
    /// policy.
    @Override
    public void inbound(Pbuf segment, Datagram datagram) {
        final int length = segment.totalLength();
        if (length < EspHeader.LENGTH) {
            drops.drop(segment, DropReason.ESP_MALFORMED);
            return;
        }
        segment.copyTo(0, memory, 0, length);
        final SecurityAssociation a = find(EspHeader.spi(array), source(datagram), destination(datagram));
        if (a == null) {
            drops.drop(segment, DropReason.ESP_NO_ASSOCIATION);
            return;
        }
        final long sequence = EspHeader.sequence(array) & 0xFFFF_FFFFL;
        final int text = a.transform.textLength(length);
        final DropReason fault = fault(a, length, text, sequence);
        if (fault != null) {
            drops.drop(segment, fault);
            return;
        }
        a.window.received(sequence);
        a.count(text);
        deliver(segment, datagram, a.transform.textAt, text);
    }

    /// The cheap questions first. Null if the packet in the array is genuine; its text is then open.
    private @Nullable DropReason fault(SecurityAssociation a, int length, int text, long sequence) {
        if (text < 0) {
            return DropReason.ESP_MALFORMED;
        }
        if (!a.window.permits(sequence)) {
            return DropReason.ESP_REPLAYED;
        }
        return isGenuine(a, length) ? null : DropReason.ESP_FORGED;
    }

    private boolean isGenuine(SecurityAssociation a, int length) {
        try {
            return a.transform.open(array, length) >= 0;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the cipher of " + a.suite + " failed", e);
        }
    }

    /// Takes `segment`, the packet as it came, and hands up what was in it: `text` octets of the array.
    private void deliver(Pbuf segment, Datagram datagram, int textAt, int text) {
        final int payload = EspHeader.unpad(array, textAt, text);
        final int protocol = EspHeader.nextHeader(array, textAt, text);
        if (payload < 0) {
            drops.drop(segment, DropReason.ESP_MALFORMED);
            return;
        }
        if (protocol == EspHeader.NO_NEXT_HEADER) {
            segment.release(); // traffic that hides that there is none: RFC 4303 section 2.6
            return;
        }
        final Pbuf opened = ipv4.pool().copyOf(Headroom.TRANSPORT, memory, textAt, payload);
        if (opened == null) {
            drops.drop(segment, DropReason.NO_BUFFER);
            return;
        }
        segment.prepend(datagram.headerLength());
        prependHeader(opened, segment, protocol);
        opened.strip(datagram.headerLength());
        segment.release();
        selectors.inbound(source(datagram), destination(datagram), protocol, opened);
        if (actionFor(selectors) == SecurityPolicy.Action.PROTECT) {
            ipv4.deliver(opened, datagram, protocol);
        } else {
            drops.drop(opened, DropReason.POLICY_MISMATCH);
        }
    }

    private static int source(Datagram datagram) {
        return IpAddress.ipv4(datagram.sourceLow());
    }

    private static int destination(Datagram datagram) {
        return IpAddress.ipv4(datagram.destinationLow());
    }
}
