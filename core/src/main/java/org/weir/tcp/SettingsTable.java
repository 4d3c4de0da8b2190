package org.weir.tcp;

import org.jspecify.annotations.Nullable;

/// The settings of all connections and listeners, each combination of values kept once: a million connections of one
/// kind need one object, which is in the cache whichever of them has its turn.
final class SettingsTable {
    /// As many different combinations may be in use, whatever the number of connections.
    private static final int MOST = 4_096;

    private final @Nullable SharedSettings[] chains;
    private final SharedSettings defaults = new SharedSettings();
    private final TcpSettings changed = new TcpSettings();
    private @Nullable SharedSettings free;
    private long refusals;

    SettingsTable(TcpConfig config) {
        final int count = countFor(config);
        chains = new SharedSettings[Integer.highestOneBit(2 * count)];
        for (int i = 0; i < count; i++) {
            final SharedSettings s = new SharedSettings();
            s.next = free;
            free = s;
        }
        defaults.reset(config);
        defaults.users = 1;
        link(defaults);
    }

    /// Objects that are made for `config`: as long as that is few, one for each connection and listener, and one
    /// more for the change from one to the next.
    static int countFor(TcpConfig config) {
        return Math.min(config.connections() + config.listeners() + 1, MOST);
    }

    /// How often nothing was free for another combination.
    long refusals() {
        return refusals;
    }

    /// What connections and listeners begin with, for one more of them.
    SharedSettings takeDefaults() {
        return take(defaults);
    }

    /// `shared`, for one more connection.
    SharedSettings take(SharedSettings shared) {
        shared.users++;
        return shared;
    }

    /// The values of `wanted` for one that has `held`, which it gives back; null, and it keeps them, if too many
    /// different combinations are in use.
    @Nullable
    SharedSettings exchange(SharedSettings held, TcpSettings wanted) {
        final SharedSettings found = find(wanted);
        if (found == null) {
            refusals++;
            return null;
        }
        take(found);
        give(held);
        return found;
    }

    /// As [#exchange], with Nagle's algorithm off or on.
    @Nullable
    SharedSettings exchangeNoDelay(SharedSettings held, boolean on) {
        changed.copyFrom(held);
        changed.noDelay = on;
        return exchange(held, changed);
    }

    private @Nullable SharedSettings find(TcpSettings wanted) {
        final int hash = wanted.hashOfValues();
        for (SharedSettings s = chains[hash & chains.length - 1]; s != null; s = s.next) {
            if (s.hash == hash && s.hasValuesOf(wanted)) {
                return s;
            }
        }
        final SharedSettings fresh = free;
        if (fresh != null) {
            free = fresh.next;
            fresh.copyFrom(wanted);
            link(fresh);
        }
        return fresh;
    }

    /// One that had `shared` has it no more.
    void give(SharedSettings shared) {
        shared.users--;
        if (shared.users == 0) {
            unlink(shared);
            shared.next = free;
            free = shared;
        }
    }

    private void link(SharedSettings s) {
        s.hash = s.hashOfValues();
        final int chain = s.hash & chains.length - 1;
        s.next = chains[chain];
        chains[chain] = s;
    }

    private void unlink(SharedSettings s) {
        final int chain = s.hash & chains.length - 1;
        SharedSettings before = null;
        SharedSettings at = chains[chain];
        while (at != null && at != s) {
            before = at;
            at = at.next;
        }
        if (before == null) {
            chains[chain] = s.next;
        } else {
            before.next = s.next;
        }
    }
}
