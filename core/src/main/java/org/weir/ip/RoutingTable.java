package org.weir.ip;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.weir.base.HashTable;
import org.weir.base.KeyedHash;
import org.weir.memory.MemoryPlan;
import org.weir.wire.IpPrefix;

/// The routing table: the longest prefix wins, of several routes to one prefix the least metric, of two with the same
/// metric the older one. Of fixed size; changes as those of `ip route`.
///
/// Two structures hold the routes: a hash by prefix for changes, and a [PrefixTrie] with the best route of each prefix
/// for packets.
public final class RoutingTable {
    /// Entries that are shown in one call.
    private static final int PART = 512;

    private static final int HEAP_PER_ROUTE = 168;

    private final int capacity;
    private final HashTable<RouteEntry> byPrefix;
    private final KeyedHash hash;
    private final PrefixTrie trie;
    private final RouteEntry[] entries;
    /// The best route of each prefix, by the number of its entry.
    private final @Nullable Route[] byNumber;
    /// Numbers of free entries.
    private final int[] free;

    private int available;
    private @Nullable Route defaultRoute;
    private int changes;
    private long added;

    RoutingTable(int capacity, KeyedHash hash) {
        this.capacity = capacity;
        this.hash = hash;
        byPrefix = new HashTable<>(capacity);
        trie = new PrefixTrie(capacity);
        entries = new RouteEntry[capacity + 1];
        byNumber = new Route[capacity + 1];
        free = new int[capacity];
        for (int number = capacity; number > 0; number--) {
            entries[number] = new RouteEntry(number);
            free[available++] = number;
        }
    }

    /// Adds what a table for `routes` routes holds to `plan`.
    public static void plan(MemoryPlan plan, int routes) {
        plan.heap("routes", routes, HEAP_PER_ROUTE);
        plan.heap("routing trie", 1, PrefixTrie.octets(routes));
    }

    // ---- for packets ----

    /// The way to `destination`; null if there is none, or if packets are to be refused.
    public @Nullable Route find(int destination) {
        final Route route = lookUp(destination);
        return route == null || !route.isUnicast() ? null : route;
    }

    /// The route with the longest prefix that contains `destination`, whatever its type; null if there is none.
    public @Nullable Route lookUp(int destination) {
        final int number = trie.find(destination);
        return number == 0 ? defaultRoute : byNumber[number];
    }

    /// How often the table has changed: while that stays the same, what was found still holds.
    public int changes() {
        return changes;
    }

    /// Says that something has changed that those who keep a route look at with it.
    void touch() {
        changes++;
    }

    // ---- changes ----

    /// Adds `route`, unless there is one with the same destination and metric: `ip route add`.
    public RouteResult add(Route route) {
        return entry(route.destination(), route.metric()) == null ? append(route) : RouteResult.EXISTS;
    }

    /// Adds `route` in place of the one with the same destination and metric, if there is one: `ip route replace`.
    public RouteResult replace(Route route) {
        final RouteEntry known = entry(route.destination(), route.metric());
        if (known == null) {
            return append(route);
        }
        known.route = route;
        changed(route.destination());
        return RouteResult.DONE;
    }

    /// Adds `route` behind others of the same destination and metric: `ip route append`.
    public RouteResult append(Route route) {
        if (available == 0) {
            return RouteResult.FULL;
        }
        final IpPrefix destination = route.destination();
        final RouteEntry before = best(destination);
        final RouteEntry entry = entries[free[--available]];
        entry.route = route;
        entry.order = added++;
        byPrefix.add(entry, hashOf(destination.address().ipv4(), destination.length()));
        if (before == null && destination.length() > 0) {
            trie.add(destination.address().ipv4(), destination.length(), entry.number);
            byNumber[entry.number] = route;
            changes++;
        } else {
            changed(destination);
        }
        return RouteResult.DONE;
    }

    /// Removes the best route to exactly `destination`: `ip route del`.
    public RouteResult remove(IpPrefix destination) {
        return remove(best(destination.network()));
    }

    /// Removes the route to `destination` with this metric.
    public RouteResult remove(IpPrefix destination, int metric) {
        return remove(entry(destination.network(), metric));
    }

    /// Removes `route` itself.
    public RouteResult remove(Route route) {
        for (RouteEntry e = first(route.destination()); e != null; e = e.hashNext()) {
            if (route.equals(e.route)) {
                return remove(e);
            }
        }
        return RouteResult.NOT_FOUND;
    }

    /// Removes all routes by `netif`.
    void removeAll(Netif netif) {
        for (final RouteEntry e : entries) {
            if (e != null && e.route != null && e.route.netif() == netif) {
                remove(e);
            }
        }
    }

    /// Removes all routes by `netif` whose packets have `source`.
    void removeAll(Netif netif, int source) {
        for (final RouteEntry e : entries) {
            if (e != null && e.route != null && e.route.netif() == netif && e.route.preferredSource() == source) {
                remove(e);
            }
        }
    }

    private RouteResult remove(@Nullable RouteEntry entry) {
        if (entry == null) {
            return RouteResult.NOT_FOUND;
        }
        final IpPrefix destination = entry.route().destination();
        byPrefix.remove(entry);
        if (best(destination) == null && destination.length() > 0) {
            final int prefix = destination.address().ipv4();
            trie.remove(prefix, destination.length(), entry.number, covering(destination));
            changes++;
        } else {
            changed(destination);
        }
        entry.route = null;
        byNumber[entry.number] = null;
        free[available++] = entry.number;
        return RouteResult.DONE;
    }

    /// Another route to a prefix that had one may be the best now.
    private void changed(IpPrefix destination) {
        changes++;
        final RouteEntry best = best(destination);
        if (destination.length() == 0) {
            defaultRoute = best == null ? null : best.route;
        } else if (best != null) {
            byNumber[best.number] = best.route;
            trie.renumber(destination.address().ipv4(), destination.length(), best.number);
        }
    }

    /// The number of the longest shorter prefix that contains `destination`; 0 if there is none but the default
    /// route.
    private int covering(IpPrefix destination) {
        for (int length = destination.length() - 1; length > 0; length--) {
            final int prefix = destination.address().ipv4() & -1 << Integer.SIZE - length;
            final RouteEntry e = best(prefix, length);
            if (e != null) {
                return e.number;
            }
        }
        return 0;
    }

    private @Nullable RouteEntry best(IpPrefix destination) {
        return best(destination.address().ipv4(), destination.length());
    }

    private @Nullable RouteEntry best(int prefix, int length) {
        RouteEntry best = null;
        for (RouteEntry e = byPrefix.first(hashOf(prefix, length)); e != null; e = e.hashNext()) {
            if (e.isTo(prefix, length) && e.isBetterThan(best)) {
                best = e;
            }
        }
        return best;
    }

    private @Nullable RouteEntry entry(IpPrefix destination, int metric) {
        RouteEntry found = null;
        for (RouteEntry e = first(destination); e != null; e = e.hashNext()) {
            final boolean is = e.isTo(destination.address().ipv4(), destination.length());
            if (is && e.route().metric() == metric && e.isBetterThan(found)) {
                found = e;
            }
        }
        return found;
    }

    private @Nullable RouteEntry first(IpPrefix destination) {
        return byPrefix.first(hashOf(destination.address().ipv4(), destination.length()));
    }

    private int hashOf(int prefix, int length) {
        return (int) hash.hash((long) prefix << Integer.SIZE | length);
    }

    // ---- for display ----

    /// Routes that the table holds.
    public int size() {
        return capacity - available;
    }

    /// Nodes of the trie that no route needs.
    int freeNodes() {
        return trie.available();
    }

    /// Shows `visitor` the routes of a part of the table, in no order: a part at a time, so that a large table does
    /// not hold the stack up. One that comes or goes between two calls may be left out.
    ///
    /// @param part 0 at first, then the result of the call before
    /// @return the next part; -1 after the last one
    public int visit(int part, Consumer<Route> visitor) {
        final int from = part * PART;
        final int to = Math.min(from + PART, entries.length);
        for (int i = from; i < to; i++) {
            final RouteEntry e = entries[i];
            if (e != null && e.route != null) {
                visitor.accept(e.route);
            }
        }
        return to == entries.length ? -1 : part + 1;
    }

    /// All routes, in the order in which they are preferred.
    public List<Route> all() {
        final List<RouteEntry> held = new ArrayList<>();
        for (final RouteEntry e : entries) {
            if (e != null && e.route != null) {
                held.add(e);
            }
        }
        held.sort(Comparator.comparingInt(
                        (RouteEntry e) -> -e.route().destination().length())
                .thenComparingInt(e -> e.route().destination().address().ipv4() ^ Integer.MIN_VALUE)
                .thenComparingInt(e -> e.route().metric())
                .thenComparingLong(e -> e.order));
        return held.stream().map(RouteEntry::route).toList();
    }
}
