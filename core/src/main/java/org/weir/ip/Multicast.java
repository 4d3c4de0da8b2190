package org.weir.ip;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.weir.base.HashTable;
import org.weir.base.KeyedHash;
import org.weir.base.ObjectPool;
import org.weir.wire.IgmpHeader;
import org.weir.wire.IpAddress;

/// The groups that sockets hear, RFC 1112 and RFC 3376 section 3: who has joined what, and which sources pass. A fixed
/// number of memberships is lent to sockets.
public final class Multicast {
    private final HashTable<MulticastGroup> table;
    private final KeyedHash hash;
    private final ObjectPool<Membership> free;
    private final MulticastGroup[] groups;
    private final ObjectPool<MulticastGroup> freeGroups;
    private final SourceFilter before;
    private final SourceFilter after;
    private final Igmp igmp;

    Multicast(Ipv4 ipv4, int memberships) {
        table = new HashTable<>(memberships);
        hash = new KeyedHash(ipv4.resources().entropy());
        free = new ObjectPool<>(memberships, Membership::new);
        before = new SourceFilter(memberships * Membership.SOURCES);
        after = new SourceFilter(memberships * Membership.SOURCES);
        igmp = new Igmp(ipv4, this, memberships * Membership.SOURCES);
        groups = new MulticastGroup[memberships];
        Arrays.setAll(groups, i -> new MulticastGroup(igmp));
        freeGroups = new ObjectPool<>(memberships, Arrays.asList(groups).iterator()::next);
    }

    Igmp igmp() {
        return igmp;
    }

    /// Memberships that no socket has.
    public int available() {
        return free.available();
    }

    // ---- what sockets ask for: RFC 3376 section 2, RFC 3678 section 3 ----

    /// Hears every source of `group` on `netif` from now on.
    public MembershipResult join(MembershipList of, Netif netif, int group) {
        if (!IpAddress.isMulticast(group)) {
            return MembershipResult.NOT_A_GROUP;
        }
        if (of.find(netif, group) != null) {
            return MembershipResult.ALREADY_JOINED;
        }
        final Membership m = lend(of, netif, group);
        if (m == null) {
            return MembershipResult.NONE_FREE;
        }
        final MulticastGroup g = beginChange(m);
        m.filter.excludes = true;
        endChange(g);
        return MembershipResult.DONE;
    }

    /// Hears nothing of `group` on `netif` any more, however it was joined.
    public MembershipResult leave(MembershipList of, Netif netif, int group) {
        if (!IpAddress.isMulticast(group)) {
            return MembershipResult.NOT_A_GROUP;
        }
        final Membership m = of.find(netif, group);
        if (m == null) {
            return MembershipResult.NOT_JOINED;
        }
        end(of, m);
        return MembershipResult.DONE;
    }

    /// Leaves every group.
    public void leaveAll(MembershipList of) {
        for (Membership m = of.first; m != null; m = of.first) {
            end(of, m);
        }
    }

    /// Leaves every group on `netif`.
    public void leaveAll(MembershipList of, Netif netif) {
        Membership m = of.first;
        while (m != null) {
            final Membership next = m.nextOfSocket;
            if (m.group != null && m.group.netif == netif) {
                end(of, m);
            }
            m = next;
        }
    }

    /// Says nothing more about groups on `netif`, which nobody hears any more.
    void forgetAll(Netif netif) {
        for (final MulticastGroup g : groups) {
            if (g.netif == netif) {
                forget(g);
            }
        }
        igmp.detach(netif);
    }

    /// Hears `source` too, and no other but those named so before.
    public MembershipResult joinSource(MembershipList of, Netif netif, int group, int source) {
        if (!IpAddress.isMulticast(group)) {
            return MembershipResult.NOT_A_GROUP;
        }
        final Membership known = of.find(netif, group);
        final Membership m = known == null ? lend(of, netif, group) : known;
        return m == null ? MembershipResult.NONE_FREE : list(m, source, false);
    }

    /// Hears `source` no more; the last one of a group ends the membership.
    public MembershipResult leaveSource(MembershipList of, Netif netif, int group, int source) {
        if (!IpAddress.isMulticast(group)) {
            return MembershipResult.NOT_A_GROUP;
        }
        final Membership m = of.find(netif, group);
        final MembershipResult result = unlist(m, source, false);
        if (result == MembershipResult.DONE && m != null && m.filter.isClosed()) {
            end(of, m);
        }
        return result;
    }

    /// Hears every source of a joined group but `source` and those named so before.
    public MembershipResult block(MembershipList of, Netif netif, int group, int source) {
        if (!IpAddress.isMulticast(group)) {
            return MembershipResult.NOT_A_GROUP;
        }
        final Membership m = of.find(netif, group);
        return m == null ? MembershipResult.NOT_JOINED : list(m, source, true);
    }

    /// Hears a source again that was blocked.
    public MembershipResult unblock(MembershipList of, Netif netif, int group, int source) {
        return IpAddress.isMulticast(group)
                ? unlist(of.find(netif, group), source, true)
                : MembershipResult.NOT_A_GROUP;
    }

    private MembershipResult list(Membership m, int source, boolean excludes) {
        if (m.filter.excludes != excludes) {
            return MembershipResult.OTHER_MODE;
        }
        if (m.filter.sources.contains(source)) {
            return MembershipResult.ALREADY_LISTED;
        }
        if (m.filter.sources.isFull()) {
            return MembershipResult.NONE_FREE;
        }
        final MulticastGroup g = beginChange(m);
        m.filter.sources.add(source);
        endChange(g);
        return MembershipResult.DONE;
    }

    private MembershipResult unlist(@Nullable Membership m, int source, boolean excludes) {
        if (m == null) {
            return MembershipResult.NOT_JOINED;
        }
        if (m.filter.excludes != excludes) {
            return MembershipResult.OTHER_MODE;
        }
        if (!m.filter.sources.contains(source)) {
            return MembershipResult.NOT_JOINED;
        }
        final MulticastGroup g = beginChange(m);
        m.filter.sources.remove(source);
        endChange(g);
        return MembershipResult.DONE;
    }

    // ---- what packets ask for ----

    /// True if a socket wants to hear `source` on `group`, which arrived on `netif`.
    boolean accepts(Netif netif, int group, int source) {
        final MulticastGroup g = find(netif, group);
        return g != null && g.passes(source) || group == IgmpHeader.ALL_SYSTEMS;
    }

    /// True if a socket hears `group` on `netif`, from some source. Every host hears 224.0.0.1: RFC 1112 section 4.
    public boolean isMember(Netif netif, int group) {
        final MulticastGroup g = find(netif, group);
        return g != null && g.hasMembers() || group == IgmpHeader.ALL_SYSTEMS;
    }

    @Nullable
    MulticastGroup find(Netif netif, int group) {
        MulticastGroup g = table.first(hashOf(netif, group));
        while (g != null && !g.is(netif, group)) {
            g = g.hashNext();
        }
        return g;
    }

    private int hashOf(Netif netif, int group) {
        return (int) hash.hash((long) netif.index() << 32 | group & 0xFFFF_FFFFL);
    }

    /// The first group of `netif` in this table at or behind `from`, to walk over them; -1 behind the last one.
    int next(Netif netif, int from) {
        for (int i = from; i < groups.length; i++) {
            if (groups[i].netif == netif) {
                return i;
            }
        }
        return -1;
    }

    MulticastGroup group(int index) {
        return groups[index];
    }

    // ---- memberships ----

    /// A membership that hears nobody yet; null if none is free.
    private @Nullable Membership lend(MembershipList of, Netif netif, int group) {
        final Membership m = free.take();
        if (m != null) {
            final MulticastGroup known = find(netif, group);
            (known == null ? begin(netif, group) : known).add(m);
            of.add(m);
        }
        return m;
    }

    private MulticastGroup begin(Netif netif, int group) {
        MulticastGroup g = freeGroups.take();
        if (g == null) {
            forgetOneThatWasLeft();
            g = freeGroups.take();
        }
        if (g == null) {
            throw new IllegalStateException("more groups than memberships");
        }
        g.netif = netif;
        g.address = group;
        table.add(g, hashOf(netif, group));
        return g;
    }

    /// There are as many groups as memberships, so if all are in use, one has no member any more: that it was left
    /// has been told once at least.
    private void forgetOneThatWasLeft() {
        for (final MulticastGroup g : groups) {
            if (!g.hasMembers()) {
                forget(g);
                return;
            }
        }
    }

    private void end(MembershipList of, Membership m) {
        final MulticastGroup g = beginChange(m);
        g.remove(m);
        of.remove(m);
        m.filter.clear();
        free.give(m);
        endChange(g);
    }

    private MulticastGroup beginChange(Membership m) {
        final MulticastGroup g = m.group;
        if (g == null) {
            throw new IllegalStateException("a membership that nobody has was changed");
        }
        g.merge(before);
        return g;
    }

    private void endChange(MulticastGroup g) {
        g.merge(after);
        igmp.changed(g, before, after);
        forgetIfDone(g);
    }

    /// Ends a group that has no member and about which nothing is left to be said.
    void forgetIfDone(MulticastGroup g) {
        if (!g.hasMembers() && g.reportsLeft == 0) {
            forget(g);
        }
    }

    private void forget(MulticastGroup g) {
        igmp.cancel(g);
        table.remove(g);
        g.netif = null;
        freeGroups.give(g);
    }
}
