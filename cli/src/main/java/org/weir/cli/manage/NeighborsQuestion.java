package org.weir.cli.manage;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.weir.ip.NeighborEntry;
import org.weir.ip.NeighborState;
import org.weir.wire.MacAddress;

/// The neighbours, with the names of `ip -json neigh`.
final class NeighborsQuestion implements Question {
    private final ManagedHost host;

    NeighborsQuestion(ManagedHost host) {
        this.host = host;
    }

    @Override
    public void answer(Request request, Exchange exchange) throws IOException, RequestException {
        final String name = request.textOrNull("name");
        final List<NeighborEntry> all =
                new ArrayList<>(host.ask(stack -> stack.neighbors().entries()));
        all.sort(Comparator.comparingInt((NeighborEntry e) -> e.netif().index())
                .thenComparingInt(e -> e.address().ipv4() ^ Integer.MIN_VALUE));
        for (final NeighborEntry each : all) {
            if (name == null || each.netif().name().equals(name)) {
                exchange.line(row(each));
            }
        }
        exchange.end();
    }

    private static JsonObject row(NeighborEntry entry) {
        final JsonObject row = new JsonObject();
        row.addProperty("dst", entry.address().toString());
        row.addProperty("dev", entry.netif().name());
        if (entry.state() != NeighborState.INCOMPLETE) {
            row.addProperty("lladdr", MacAddress.format(entry.hardwareAddress()));
        }
        final JsonArray states = new JsonArray();
        states.add(entry.state().name());
        row.add("state", states);
        return row;
    }
}
