package org.weir.ip;

import org.jspecify.annotations.Nullable;
import org.weir.base.HashEntry;

/// A place for one route in the [RoutingTable].
final class RouteEntry extends HashEntry<RouteEntry> {
    /// From 1 on.
    final int number;
    /// Of two with the same metric, the one that was added first is used.
    long order;

    @Nullable
    Route route;

    RouteEntry(int number) {
        this.number = number;
    }

    Route route() {
        if (route == null) {
            throw new IllegalStateException("the entry is free");
        }
        return route;
    }

    boolean isTo(int prefix, int length) {
        final Route r = route();
        return r.destination().length() == length && r.destination().address().ipv4() == prefix;
    }

    boolean isBetterThan(@Nullable RouteEntry other) {
        if (other == null || route().metric() != other.route().metric()) {
            return other == null || route().metric() < other.route().metric();
        }
        return order < other.order;
    }
}
