package org.weir.ip;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.weir.base.Entropy;
import org.weir.base.ReadyList;
import org.weir.ip.AddressClaim.News;
import org.weir.ip.AddressClaim.Phase;
import org.weir.link.Framing;
import org.weir.time.StackClock;
import org.weir.time.TimerWheel;
import org.weir.wire.IpPrefix;

/// Which addresses of this host are its own, RFC 5227: looks whether others have one before it is used, announces it,
/// and defends it or gives it up. On links without ARP nobody can dispute an address.
public final class AddressClaims {
    static final long PROBE_WAIT_NS = StackClock.SECOND;
    static final int PROBE_NUM = 3;
    static final long PROBE_MIN_NS = StackClock.SECOND;
    static final long PROBE_MAX_NS = 2 * StackClock.SECOND;
    static final long ANNOUNCE_WAIT_NS = 2 * StackClock.SECOND;
    static final int ANNOUNCE_NUM = 2;
    static final long ANNOUNCE_INTERVAL_NS = 2 * StackClock.SECOND;
    static final int MAX_CONFLICTS = 10;
    static final long RATE_LIMIT_INTERVAL_NS = 60 * StackClock.SECOND;
    static final long DEFEND_INTERVAL_NS = 10 * StackClock.SECOND;

    private final Ipv4 ipv4;
    private final Arp arp;
    private final TimerWheel timers;
    private final StackClock clock;
    private final Entropy entropy;
    private final List<AddressClaim> claims = new ArrayList<>();
    private final Map<Netif, Attempts> attempts = new HashMap<>();
    private final ReadyList<AddressClaim> events = new ReadyList<>() {
        @Override
        protected @Nullable AddressClaim next(AddressClaim c) {
            return c.nextEvent;
        }

        @Override
        protected void next(AddressClaim c, @Nullable AddressClaim next) {
            c.nextEvent = next;
        }
    };
    private long conflicts;
    private long defences;
    private long losses;

    /// How often addresses were tried on an interface in vain, and when next.
    private static final class Attempts {
        private int failed;
        private long nextNs;
    }

    AddressClaims(Ipv4 ipv4, Arp arp) {
        this.ipv4 = ipv4;
        this.arp = arp;
        this.timers = ipv4.resources().timers();
        this.clock = ipv4.clock();
        this.entropy = ipv4.resources().entropy();
    }

    // ---- for the user ----

    /// ARP packets by which another host claimed an address of ours, in use or being probed.
    public long conflicts() {
        return conflicts;
    }

    /// Announcements that answered such a packet.
    public long defences() {
        return defences;
    }

    /// Addresses that others turned out to have.
    public long losses() {
        return losses;
    }

    /// Tells listeners what has happened since the last call. Returns how many were told.
    public int deliver() {
        final int count = events.size();
        for (int i = 0; i < count; i++) {
            events.remove().tell();
        }
        return count;
    }

    /// True if [#deliver] has something to do.
    public boolean hasEvents() {
        return !events.isEmpty();
    }

    // ---- set-up ----

    /// Probes for an address that others may have, to use it if nobody says so: section 2.1.
    void claim(Netif netif, IpPrefix prefix, ConflictPolicy policy, AddressListener listener) {
        final AddressClaim c = new AddressClaim(netif, prefix, policy, listener, this::expired);
        claims.add(c);
        if (canBeDisputed(netif)) {
            timers.arm(c.timer, nextAttemptNs(netif) + random(PROBE_WAIT_NS));
        } else {
            accept(c);
        }
    }

    /// Announces an address that is in use already, and will be defended.
    void hold(Netif netif, IpPrefix prefix) {
        if (canBeDisputed(netif)) {
            final AddressClaim c = new AddressClaim(netif, prefix, ConflictPolicy.DEFEND, null, this::expired);
            claims.add(c);
            beginAnnouncing(c);
        }
    }

    private static boolean canBeDisputed(Netif netif) {
        return netif.capabilities().framing() == Framing.ETHERNET;
    }

    /// True if an address is probed for, or in use and disputable.
    boolean has(Netif netif, int address) {
        return find(netif, address) != null;
    }

    /// Gives up the claim to an address, without a word. False if there is none.
    boolean drop(Netif netif, IpPrefix prefix) {
        final AddressClaim c = find(netif, prefix.address().ipv4());
        if (c == null || !c.prefix.equals(prefix)) {
            return false;
        }
        drop(c);
        return true;
    }

    private void drop(AddressClaim c) {
        timers.disarm(c.timer);
        claims.remove(c);
        c.news(News.NONE, 0);
    }

    /// Gives up all claims on `netif`, which goes.
    void dropAll(Netif netif) {
        for (int i = claims.size() - 1; i >= 0; i--) {
            if (claims.get(i).netif == netif) {
                drop(claims.get(i));
            }
        }
        attempts.remove(netif);
    }

    /// Announces all addresses in use on `netif` once more: others may have come while it was down.
    void announceAll(Netif netif) {
        for (int i = 0; i < claims.size(); i++) {
            final AddressClaim c = claims.get(i);
            if (c.netif == netif && c.phase != Phase.PROBING) {
                arp.announce(netif, c.address);
            }
        }
    }

    private @Nullable AddressClaim find(Netif netif, int address) {
        for (int i = 0; i < claims.size(); i++) {
            final AddressClaim c = claims.get(i);
            if (c.address == address && c.netif == netif) {
                return c;
            }
        }
        return null;
    }

    /// After too many addresses that others had, one is tried each minute: section 2.1.1.
    private long nextAttemptNs(Netif netif) {
        final Attempts a = attempts.computeIfAbsent(netif, _ -> new Attempts());
        final long nowNs = clock.nowNs();
        final long startNs = a.failed < MAX_CONFLICTS ? nowNs : Math.max(nowNs, a.nextNs);
        a.nextNs = startNs + RATE_LIMIT_INTERVAL_NS;
        return startNs;
    }

    private long random(long belowNs) {
        return Long.remainderUnsigned(entropy.next(), belowNs);
    }

    // ---- time ----

    private void expired(AddressClaim c) {
        switch (c.phase) {
            case PROBING -> probe(c);
            case ANNOUNCING -> announceAgain(c);
            case HELD -> {}
        }
    }

    /// While the interface is down nobody could object: all begins again when it is up.
    private void probe(AddressClaim c) {
        if (!c.netif.isUp()) {
            c.sent = 0;
            timers.arm(c.timer, clock.nowNs() + PROBE_WAIT_NS);
        } else if (c.sent == PROBE_NUM) {
            accept(c);
        } else {
            arp.probe(c.netif, c.address);
            c.sent++;
            final long waitNs =
                    c.sent == PROBE_NUM ? ANNOUNCE_WAIT_NS : PROBE_MIN_NS + random(PROBE_MAX_NS - PROBE_MIN_NS);
            timers.arm(c.timer, clock.nowNs() + waitNs);
        }
    }

    private void accept(AddressClaim c) {
        if (!ipv4.install(c.netif, c.prefix)) {
            drop(c);
            tell(c, News.LOST, 0);
            return;
        }
        final Attempts a = attempts.get(c.netif);
        if (a != null) {
            a.failed = 0;
        }
        tell(c, News.ACCEPTED, 0);
        if (canBeDisputed(c.netif)) {
            beginAnnouncing(c);
        } else {
            claims.remove(c);
        }
    }

    private void beginAnnouncing(AddressClaim c) {
        c.phase = Phase.ANNOUNCING;
        c.sent = 0;
        announceAgain(c);
    }

    private void announceAgain(AddressClaim c) {
        arp.announce(c.netif, c.address);
        c.sent++;
        if (c.sent < ANNOUNCE_NUM) {
            timers.arm(c.timer, clock.nowNs() + ANNOUNCE_INTERVAL_NS);
        } else {
            c.phase = Phase.HELD;
        }
    }

    // ---- in ----

    /// Looks whether an ARP packet disputes an address: one from it, or another host's probe for one that is being
    /// probed here too.
    void heard(Netif netif, boolean isRequest, int sender, long hardware, int target) {
        AddressClaim c = find(netif, sender);
        if (c == null && sender == 0 && isRequest) {
            c = find(netif, target);
            c = c != null && c.phase == Phase.PROBING ? c : null;
        }
        if (c == null || isOurs(hardware)) {
            return;
        }
        conflicts++;
        if (c.phase == Phase.PROBING) {
            attempts.computeIfAbsent(netif, _ -> new Attempts()).failed++;
            lose(c, hardware);
        } else {
            resolve(c, hardware);
        }
    }

    private boolean isOurs(long hardware) {
        final List<Netif> netifs = ipv4.interfaces();
        for (int i = 0; i < netifs.size(); i++) {
            if (netifs.get(i).hardwareAddress() == hardware) {
                return true;
            }
        }
        return false;
    }

    /// Section 2.4. An address is defended once in ten seconds whatever the policy: two hosts that both insist must
    /// not fill the network with it.
    private void resolve(AddressClaim c, long rival) {
        final long nowNs = clock.nowNs();
        final boolean lately = c.defended && nowNs - c.defendedNs < DEFEND_INTERVAL_NS;
        if (c.policy == ConflictPolicy.GIVE_UP || c.policy == ConflictPolicy.DEFEND_ONCE && lately) {
            ipv4.addressLost(c.netif, c.address);
            ipv4.uninstall(c.netif, c.prefix);
            lose(c, rival);
        } else if (!lately) {
            c.defended = true;
            c.defendedNs = nowNs;
            defences++;
            arp.announce(c.netif, c.address);
            tell(c, News.CONFLICT, rival);
        }
    }

    private void lose(AddressClaim c, long rival) {
        losses++;
        drop(c);
        tell(c, News.LOST, rival);
    }

    private void tell(AddressClaim c, News what, long rival) {
        c.news(what, rival);
        events.add(c);
    }
}
