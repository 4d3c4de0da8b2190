package org.weir.cli.manage;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.weir.dns.Answer;
import org.weir.dns.AnswerStatus;
import org.weir.dns.DnsName;
import org.weir.dns.NameServer;
import org.weir.dns.RecordType;
import org.weir.dns.Resolver;
import org.weir.dns.ResolverConfig;
import org.weir.dns.ResourceRecord;

/// Records of one name: what the host's resolver says, with what it remembers, or what a server says that is named.
final class DigQuestion implements Question {
    private static final int LAST_PORT = 0xFFFF;

    private final ManagedHost host;

    DigQuestion(ManagedHost host) {
        this.host = host;
    }

    @Override
    public void answer(Request request, Exchange exchange) throws IOException, RequestException {
        final DnsName name;
        final RecordType type;
        try {
            name = DnsName.ofHost(request.text("name"));
            type = RecordType.parse(request.text("type"));
        } catch (IllegalArgumentException e) {
            throw new RequestException(String.valueOf(e.getMessage()));
        }
        final long startNs = System.nanoTime();
        final boolean isOwn = request.textOrNull("server") != null || request.flag("tcp");
        final Answer answer = isOwn
                ? askAnew(request, name, type)
                : host.await((_, later) -> host.resolver().ask(name, type, later::complete));
        final JsonObject row = row(answer);
        row.addProperty("time_us", TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - startNs));
        exchange.line(row);
        exchange.end();
    }

    /// By a resolver that remembers nothing.
    private Answer askAnew(Request request, DnsName name, RecordType type) throws RequestException {
        final boolean overTcp = request.flag("tcp");
        final List<NameServer> servers = request.textOrNull("server") == null
                ? host.ask(_ -> host.resolver().servers())
                : List.of(new NameServer(
                        request.address("server"), (int) request.number("port", 1, LAST_PORT, NameServer.PORT)));
        final ResolverConfig config = ResolverConfig.of(servers).withTcpAlone(overTcp);
        final Resolver[] own = new Resolver[1];
        try {
            return host.await((stack, later) -> {
                own[0] = Resolver.start(stack, config);
                own[0].ask(name, type, later::complete);
            });
        } finally {
            host.ask(_ -> {
                own[0].close();
                return true;
            });
        }
    }

    private static JsonObject row(Answer answer) {
        final JsonObject row = new JsonObject();
        row.addProperty("name", answer.question().name().toString());
        row.addProperty("type", answer.question().type().name());
        row.addProperty("status", status(answer.status()));
        if (answer.status().isFailure()) {
            row.addProperty("failure", answer.status().sentence());
        }
        final JsonArray records = new JsonArray();
        answer.records().forEach(record -> records.add(json(record)));
        row.add("answer", records);
        final NameServer source = answer.source();
        if (source != null) {
            row.addProperty("server", source.address() + "#" + source.port());
        }
        return row;
    }

    private static JsonObject json(ResourceRecord record) {
        final JsonObject json = new JsonObject();
        json.addProperty("name", record.owner().toString());
        json.addProperty("ttl", record.ttlSeconds());
        json.addProperty("class", "IN");
        json.addProperty("type", record.typeName());
        json.addProperty("data", record.data().toString());
        return json;
    }

    /// As `dig` has it, for what servers say.
    private static String status(AnswerStatus status) {
        return switch (status) {
            case FOUND, NO_DATA -> "NOERROR";
            case NO_NAME -> "NXDOMAIN";
            case SERVER_FAILURE -> "SERVFAIL";
            case NO_ANSWER, NO_SERVER, ALIAS_LOOP, OVERLOADED, CLOSED -> status.name();
        };
    }
}
