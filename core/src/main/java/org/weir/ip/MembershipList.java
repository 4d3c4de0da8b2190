package org.weir.ip;

import org.jspecify.annotations.Nullable;

/// The memberships of one socket. [Multicast] changes it.
public final class MembershipList {
    @Nullable
    Membership first;

    public boolean isEmpty() {
        return first == null;
    }

    /// True if the socket wants to hear `source` on `group`, which it did join on `netif`.
    public boolean passes(Netif netif, int group, int source) {
        final Membership m = find(netif, group);
        return m != null && m.filter.passes(source);
    }

    @Nullable
    Membership find(Netif netif, int group) {
        for (Membership m = first; m != null; m = m.nextOfSocket) {
            if (m.group != null && m.group.is(netif, group)) {
                return m;
            }
        }
        return null;
    }

    void add(Membership membership) {
        membership.nextOfSocket = first;
        first = membership;
    }

    void remove(Membership membership) {
        if (first == membership) {
            first = membership.nextOfSocket;
        } else {
            Membership before = first;
            while (before != null && before.nextOfSocket != membership) {
                before = before.nextOfSocket;
            }
            if (before != null) {
                before.nextOfSocket = membership.nextOfSocket;
            }
        }
        membership.nextOfSocket = null;
    }
}
