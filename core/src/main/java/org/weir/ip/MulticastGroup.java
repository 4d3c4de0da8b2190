package org.weir.ip;

import org.jspecify.annotations.Nullable;
import org.weir.base.HashEntry;
import org.weir.time.Timer;

/// One group on one interface: the sockets that have joined it, and what [Igmp] still has to say about it. It outlives
/// its last member until that was told often enough.
///
/// The state of the interface, RFC 3376 section 3.2, is not stored: it follows from the members.
final class MulticastGroup extends HashEntry<MulticastGroup> {
    /// Sources of queries that are remembered until their answer is due; if there are more, the whole group is
    /// answered for.
    static final int ASKED_SOURCES = 64;

    int address;

    @Nullable
    Netif netif;

    private @Nullable Membership members;

    // ---- what is to be said, RFC 3376 section 5 ----

    /// How often the last change is still to be reported.
    int reportsLeft;
    /// The type of the record that tells of the last change if that is a list of sources; else 0, and the whole
    /// state is told.
    int changeType;

    final SourceList changed = new SourceList(Membership.SOURCES);
    /// What a pending answer is limited to; all if empty.
    final SourceList asked = new SourceList(ASKED_SOURCES);

    final Timer report;
    final Timer answer;
    /// No other host has reported the group since this one did: RFC 2236 section 3.
    boolean reportedLast;

    MulticastGroup(Igmp igmp) {
        report = Timer.calling(nowNs -> igmp.reportAgain(this));
        answer = Timer.calling(nowNs -> igmp.answer(this));
    }

    boolean is(Netif onNetif, int group) {
        return address == group && netif == onNetif;
    }

    boolean hasMembers() {
        return members != null;
    }

    void add(Membership m) {
        m.group = this;
        m.nextOfGroup = members;
        members = m;
    }

    void remove(Membership m) {
        if (members == m) {
            members = m.nextOfGroup;
        } else {
            Membership before = members;
            while (before != null && before.nextOfGroup != m) {
                before = before.nextOfGroup;
            }
            if (before != null) {
                before.nextOfGroup = m.nextOfGroup;
            }
        }
        m.nextOfGroup = null;
        m.group = null;
    }

    /// True if a member wants to hear `source`: what the merged filter of the interface says.
    boolean passes(int source) {
        for (Membership m = members; m != null; m = m.nextOfGroup) {
            if (m.filter.passes(source)) {
                return true;
            }
        }
        return false;
    }

    /// Fills `state` with the filter of the interface, RFC 3376 section 3.2: what all members exclude and none
    /// includes, or, if none excludes, what any includes.
    void merge(SourceFilter state) {
        state.clear();
        for (Membership m = members; m != null; m = m.nextOfGroup) {
            state.excludes |= m.filter.excludes;
        }
        for (Membership m = members; m != null; m = m.nextOfGroup) {
            if (m.filter.excludes == state.excludes) {
                addSources(m.filter.sources, state);
            }
        }
    }

    private void addSources(SourceList sources, SourceFilter state) {
        for (int i = 0; i < sources.size(); i++) {
            if (passes(sources.get(i)) != state.excludes) {
                state.sources.add(sources.get(i));
            }
        }
    }
}
