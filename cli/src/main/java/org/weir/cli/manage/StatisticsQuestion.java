package org.weir.cli.manage;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// All that a host has counted: a row for each count.
final class StatisticsQuestion implements Question {
    private final ManagedHost host;

    StatisticsQuestion(ManagedHost host) {
        this.host = host;
    }

    @Override
    public void answer(Request request, Exchange exchange) throws IOException, RequestException {
        final boolean isBrief = request.flag("nonzero");
        final List<Statistic> all = host.ask(stack -> {
            final List<Statistic> counts = new ArrayList<>(Statistics.of(stack));
            counts.addAll(host.otherStatistics());
            return counts;
        });
        for (final Statistic each : all) {
            if (!isBrief || each.value() != 0) {
                exchange.line(row(each));
            }
        }
        exchange.end();
    }

    private static JsonObject row(Statistic each) {
        final JsonObject row = new JsonObject();
        row.addProperty("group", each.group());
        row.addProperty("name", each.name());
        row.addProperty("value", each.value());
        row.addProperty("meaning", each.meaning());
        return row;
    }
}
