package org.weir.cli.manage;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.weir.ip.Route;
import org.weir.wire.IpAddress;

/// The routes, with the names of `ip -json route`: the shortest prefix first, as `ip route` has them.
final class RoutesQuestion implements Question {
    private static final Comparator<Route> ORDER = Comparator.comparingInt(
                    (Route route) -> route.destination().address().ipv4() ^ Integer.MIN_VALUE)
            .thenComparingInt(route -> route.destination().length())
            .thenComparingInt(Route::metric);

    private final ManagedHost host;

    RoutesQuestion(ManagedHost host) {
        this.host = host;
    }

    @Override
    public void answer(Request request, Exchange exchange) throws IOException {
        final List<Route> all = new ArrayList<>();
        for (int part = 0; part >= 0; ) {
            final int now = part;
            part = host.ask(stack -> stack.ipv4().routes().visit(now, all::add));
        }
        all.sort(ORDER);
        for (final Route each : all) {
            exchange.line(row(each));
        }
        exchange.end();
    }

    private static JsonObject row(Route route) {
        final JsonObject row = new JsonObject();
        row.addProperty("type", route.type().name().toLowerCase(Locale.ROOT));
        row.addProperty("dst", destination(route));
        if (route.gateway() != 0) {
            row.addProperty("gateway", IpAddress.ofIpv4(route.gateway()).toString());
        }
        row.addProperty("dev", route.netif().name());
        if (route.isUnicast() && route.gateway() == 0) {
            row.addProperty("scope", route.netif().isLoopback() ? "host" : "link");
        }
        if (route.preferredSource() != 0) {
            row.addProperty("prefsrc", IpAddress.ofIpv4(route.preferredSource()).toString());
        }
        if (route.metric() != 0) {
            row.addProperty("metric", route.metric());
        }
        row.add("flags", new JsonArray());
        return row;
    }

    private static String destination(Route route) {
        return switch (route.destination().length()) {
            case 0 -> "default";
            case Integer.SIZE -> route.destination().address().toString();
            default -> route.destination().toString();
        };
    }
}
