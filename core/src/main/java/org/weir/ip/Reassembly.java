package org.weir.ip;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.weir.base.AgeList;
import org.weir.base.HashTable;
import org.weir.base.ObjectPool;
import org.weir.base.UniversalHash;
import org.weir.link.DropCounters;
import org.weir.link.DropReason;
import org.weir.memory.ChecksumState;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.time.StackClock;
import org.weir.time.TimerWheel;
import org.weir.wire.IpAddress;
import org.weir.wire.Ipv4Header;

/// Puts fragments together: RFC 791 section 3.2 and RFC 1122 section 3.3.2, with what has been learned from attacks
/// since (RFC 1858, 3128, 5722).
///
/// Nothing that does not fit is believed: a datagram whose fragments overlap or contradict each other is given up, and
/// what else comes of it is dropped until its time is over. Fragments hold at most a quarter of the stack's pages,
/// those of one sender half of that; where this does not suffice the oldest datagram gives way, first of the same
/// sender.
public final class Reassembly {
    /// As Linux has it. RFC 1122 recommends 60 to 120 s, from a time of slow lines; what has not come in 30 s was
    /// lost, and holds memory.
    static final long TIME_LIMIT_NS = 30 * StackClock.SECOND;

    private static final int PAGES_SHARE = 4;
    private static final int SOURCE_SHARE = 2;

    private final Ipv4 ipv4;
    private final PbufPool pool;
    private final TimerWheel timers;
    private final DropCounters drops;
    private final UniversalHash hash;
    private final HashTable<PartialDatagram> table;
    private final HashTable<FragmentSource> sources;
    private final ObjectPool<PartialDatagram> free;
    private final ObjectPool<FragmentSource> freeSources;
    private final AgeList<PartialDatagram> byAge = new AgeList<>();
    private final Ipv4Header header = new Ipv4Header();
    private final TinyFragment tiny = new TinyFragment();
    private final Datagram datagram = new Datagram();
    private final int mostOfSource;
    private final long mostTrueSize;
    private long trueSize;
    private long reassembled;

    /// @param count datagrams that are put together at the same time
    Reassembly(Ipv4 ipv4, int count) {
        this.ipv4 = ipv4;
        this.pool = ipv4.pool();
        this.timers = ipv4.resources().timers();
        this.drops = ipv4.drops();
        this.hash = new UniversalHash(ipv4.resources().entropy());
        this.table = new HashTable<>(count);
        this.sources = new HashTable<>(count);
        this.free = new ObjectPool<>(count, () -> new PartialDatagram(this));
        this.freeSources = new ObjectPool<>(count, FragmentSource::new);
        this.mostOfSource = Math.ceilDiv(count, SOURCE_SHARE);
        this.mostTrueSize = (long) (pool.pages().total() - pool.reserve()) / PAGES_SHARE * pool.pageSize();
    }

    /// Datagrams of which something is missing.
    public int waiting() {
        return byAge.size();
    }

    /// Octets of buffers that fragments hold.
    public long trueSize() {
        return trueSize;
    }

    /// Datagrams that were put together.
    public long reassembled() {
        return reassembled;
    }

    // ---- in ----

    /// Takes a received fragment that starts with its IP header, which has been checked.
    ///
    /// @return the whole datagram, from its IP header on, if nothing of it is missing any more; else null
    @Nullable
    Pbuf process(Pbuf fragment, Netif netif, boolean toGroup) {
        header.at(fragment.segment(), fragment.offset());
        final int headerLength = header.headerLength();
        final int at = header.fragmentOffset();
        final boolean more = header.moreFragments();
        final int ecn = header.typeOfService() & Ipv4Header.ECN_MASK;
        PartialDatagram d = find();
        fragment.trimTo(header.totalLength());
        fragment.strip(headerLength);
        DropReason fault = faultOf(fragment, headerLength, at, more);
        if (d == null) {
            if (fault != null) {
                drops.drop(fragment, fault);
                return null;
            }
            d = begin(netif, toGroup);
        }
        if (d.refusal != null) {
            fault = d.refusal;
        } else if (fault == null) {
            fault = keep(d, fragment, at, more, ecn);
        }
        if (fault != null) {
            drops.drop(fragment, fault);
            if (fault != DropReason.IPV4_FRAGMENT_DUPLICATE) {
                refuse(d, fault);
            }
            return null;
        }
        if (at == 0) {
            d.headerLength = headerLength;
        }
        return d.isWhole() ? putTogether(d) : null;
    }

    /// What is there and what is still to come of `d` is dropped.
    private void refuse(PartialDatagram d, DropReason fault) {
        d.refusal = fault;
        releaseFragments(d, fault);
    }

    /// What a fragment must be, whatever the others are: not empty, of whole units if it is not the last one,
    /// within the 65,535 octets that a datagram can have, and with the whole transport header if it is the first.
    private @Nullable DropReason faultOf(Pbuf fragment, int headerLength, int at, boolean more) {
        final int length = fragment.totalLength();
        if (length == 0
                || more && length % Ipv4Header.FRAGMENT_UNIT != 0
                || headerLength + at + length > Ipv4Header.LONGEST_DATAGRAM) {
            return DropReason.IPV4_FRAGMENT_MALFORMED;
        }
        return at == 0 && tiny.hides(header, fragment, fragment.length()) ? DropReason.IPV4_FRAGMENT_TINY : null;
    }

    /// Adds `fragment` to what there is, which takes it. Returns null, or why it remains the caller's.
    private @Nullable DropReason keep(PartialDatagram d, Pbuf fragment, int at, boolean more, int ecn) {
        final DropReason fault = d.fault(at, at + fragment.totalLength(), more);
        if (fault != null) {
            return fault;
        }
        if (!d.sees(ecn)) {
            return DropReason.IPV4_FRAGMENT_CONFLICT;
        }
        final int size = trueSize(fragment);
        if (!makeRoom(d, size)) {
            return DropReason.IPV4_FRAGMENT_LIMIT;
        }
        d.add(fragment, at, more);
        account(d, size);
        return null;
    }

    private static int trueSize(Pbuf packet) {
        int size = 0;
        for (Pbuf p = packet; p != null; p = p.next()) {
            size += p.trueSize();
        }
        return size;
    }

    private void account(PartialDatagram d, long size) {
        d.trueSize += size;
        trueSize += size;
        if (d.from != null) {
            d.from.trueSize += size;
        }
    }

    private @Nullable Pbuf putTogether(PartialDatagram d) {
        final int headerLength = d.headerLength;
        if (headerLength + d.length() > Ipv4Header.LONGEST_DATAGRAM) {
            // The header of the first fragment is longer than that of the last one was.
            refuse(d, DropReason.IPV4_FRAGMENT_MALFORMED);
            return null;
        }
        final boolean marked = d.isMarked();
        final Pbuf packet = d.takeAll();
        forget(d);
        packet.prepend(headerLength);
        header.at(packet.segment(), packet.offset())
                .totalLength(packet.totalLength())
                .flagsAndFragmentOffset(0);
        if (marked) {
            header.typeOfService(header.typeOfService() | Ipv4Header.ECN_CE);
        }
        header.sealChecksum();
        packet.checksumState(ChecksumState.UNKNOWN);
        packet.segmentSize(0);
        reassembled++;
        return packet;
    }

    // ---- datagrams ----

    private @Nullable PartialDatagram find() {
        PartialDatagram d = table.first(hashOf(header));
        while (d != null && !d.is(header.source(), header.destination(), header.protocol(), header.identification())) {
            d = d.hashNext();
        }
        return d;
    }

    private int hashOf(Ipv4Header ip) {
        return hash.hash(ip.source(), ip.destination(), ip.protocol(), ip.identification());
    }

    private int hashOf(int address) {
        return hash.hash(address, 0, 0, 0);
    }

    private @Nullable FragmentSource findSource(int address) {
        FragmentSource from = sources.first(hashOf(address));
        while (from != null && from.address != address) {
            from = from.hashNext();
        }
        return from;
    }

    /// A datagram for the fragment that [#header] is on. The oldest one makes place for it: of the same sender if
    /// that has its share. There are as many senders as datagrams, so then there is one of each.
    private PartialDatagram begin(Netif netif, boolean toGroup) {
        final FragmentSource known = findSource(header.source());
        if (known != null && known.datagrams.size() >= mostOfSource) {
            evict(known.datagrams.oldest());
        } else if (free.available() == 0) {
            evict(byAge.oldest());
        }
        final PartialDatagram d = Objects.requireNonNull(free.take());
        d.begin();
        d.source = header.source();
        d.destination = header.destination();
        d.protocol = header.protocol();
        d.identification = header.identification();
        d.netif = netif;
        d.toGroup = toGroup;
        table.add(d, hashOf(header));
        byAge.add(d.byAge);
        join(d);
        timers.arm(d.timer, ipv4.clock().nowNs() + TIME_LIMIT_NS);
        return d;
    }

    private void join(PartialDatagram d) {
        FragmentSource from = findSource(d.source);
        if (from == null) {
            from = Objects.requireNonNull(freeSources.take());
            from.address = d.source;
            sources.add(from, hashOf(d.source));
        }
        from.datagrams.add(d.ofSource);
        d.from = from;
    }

    /// Makes room for `size` octets of buffers for `d`, at the cost of other datagrams. False if those do not
    /// suffice.
    private boolean makeRoom(PartialDatagram d, int size) {
        final FragmentSource from = d.from;
        while (from != null && from.trueSize + size > mostTrueSize / SOURCE_SHARE) {
            if (!evict(from.datagrams.oldestBut(d))) {
                return false;
            }
        }
        while (trueSize + size > mostTrueSize || !pool.hasPagesForReceiving()) {
            if (!evict(byAge.oldestBut(d))) {
                return false;
            }
        }
        return true;
    }

    /// Gives up `d`; false if there is none.
    private boolean evict(@Nullable PartialDatagram d) {
        if (d == null) {
            return false;
        }
        releaseFragments(d, DropReason.IPV4_FRAGMENT_EVICTED);
        forget(d);
        return true;
    }

    private void releaseFragments(PartialDatagram d, DropReason reason) {
        account(d, -d.trueSize);
        d.drop(drops, reason);
    }

    /// Takes back `d`, of which the fragments have gone elsewhere.
    private void forget(PartialDatagram d) {
        account(d, -d.trueSize);
        timers.disarm(d.timer);
        table.remove(d);
        byAge.remove(d.byAge);
        final FragmentSource from = d.from;
        if (from != null) {
            from.datagrams.remove(d.ofSource);
            if (from.datagrams.size() == 0) {
                sources.remove(from);
                freeSources.give(from);
            }
        }
        d.from = null;
        d.netif = null;
        free.give(d);
    }

    /// The time of `d` is over: RFC 792 has the sender told, if the fragment has come that says what it was.
    void expired(PartialDatagram d) {
        final Pbuf beginning = d.hasBeginning() ? d.takeFirst() : null;
        if (beginning != null && d.netif != null) {
            datagram.ipv4(d.netif, IpAddress.mapped(d.source), IpAddress.mapped(d.destination));
            datagram.header(d.headerLength, 0, d.toGroup);
            drops.count(DropReason.IPV4_FRAGMENT_TIMED_OUT);
            ipv4.icmp().reassemblyTimedOut(beginning, datagram);
        }
        releaseFragments(d, DropReason.IPV4_FRAGMENT_TIMED_OUT);
        forget(d);
    }

    /// Drops everything that waits.
    void clear() {
        while (evict(byAge.oldest())) {
            continue;
        }
    }
}
