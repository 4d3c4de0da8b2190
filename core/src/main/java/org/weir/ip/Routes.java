package org.weir.ip;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The routing table of a host: a handful of routes, the longest prefix first.
public final class Routes {
    private final List<Route> routes = new ArrayList<>();
    private Route[] byPrefixLength = new Route[0];

    void add(Route route) {
        routes.add(route);
        routes.sort(
                Comparator.comparingInt((Route r) -> r.destination().length()).reversed());
        byPrefixLength = routes.toArray(new Route[0]);
    }

    /// The route with the longest prefix that contains `destination`; null if there is none.
    public @Nullable Route find(int destination) {
        for (final Route route : byPrefixLength) {
            if (route.destination().contains(destination)) {
                return route;
            }
        }
        return null;
    }

    /// All routes, the longest prefix first.
    public List<Route> all() {
        return List.copyOf(routes);
    }
}
