package org.weir.cli.manage;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;
import org.weir.raw.RawResult;

/// Sends echo requests at an interval: a row for each request, each answer and each error that is reported, until all
/// are answered, the time is over, or the client says that it will ask nothing more.
final class PingQuestion implements Question {
    private static final int MOST_OCTETS = 65_507;
    private static final long MOST_MS = 3_600_000;
    private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private final ManagedHost host;

    PingQuestion(ManagedHost host) {
        this.host = host;
    }

    /// What is asked for.
    ///
    /// @param count requests to send; 0 for no end
    /// @param intervalNs between two
    /// @param waitNs for answers after the last one
    private record Plan(long count, long intervalNs, long waitNs) {
        static Plan of(Request request) throws RequestException {
            return new Plan(
                    request.number("count", 0, Integer.MAX_VALUE, 0),
                    TimeUnit.MILLISECONDS.toNanos(request.number("interval_ms", 2, MOST_MS, 1_000)),
                    TimeUnit.MILLISECONDS.toNanos(request.number("wait_ms", 0, MOST_MS, 10_000)));
        }
    }

    @Override
    public void answer(Request request, Exchange exchange) throws IOException, RequestException {
        final Plan plan = Plan.of(request);
        final Echoes echoes = new Echoes(request.address("address"), (int) request.number("size", 0, MOST_OCTETS, 56));
        final int timeToLive = (int) request.number("ttl", 1, 255, 64);
        if (!host.ask(stack -> echoes.open(stack, timeToLive))) {
            throw new RequestException("no raw endpoint is free");
        }
        try {
            run(plan, echoes, exchange);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            host.ask(_ -> {
                echoes.close();
                return true;
            });
        }
    }

    private void run(Plan plan, Echoes echoes, Exchange exchange)
            throws IOException, RequestException, InterruptedException {
        final Thread end = Thread.ofVirtual().start(() -> awaitEnd(exchange));
        long sent = 0;
        long finished = 0;
        long nextNs = System.nanoTime();
        while (end.isAlive()) {
            final boolean isLast = plan.count() != 0 && sent == plan.count();
            final long leftNs = nextNs - System.nanoTime();
            if (isLast && (finished >= sent || leftNs <= 0)) {
                break;
            }
            if (!isLast && leftNs <= 0) {
                send((int) ++sent, echoes, exchange);
                nextNs += sent == plan.count() ? plan.waitNs() : plan.intervalNs();
                continue;
            }
            final JsonObject event = echoes.next(Math.min(leftNs, LOOK_NS));
            if (event != null) {
                finished += isFirst(event) ? 1 : 0;
                exchange.line(event);
                exchange.flush();
            }
        }
        exchange.end();
    }

    private static boolean isFirst(JsonObject event) {
        return !event.has("duplicate") || !event.get("duplicate").getAsBoolean();
    }

    private void send(int sequence, Echoes echoes, Exchange exchange) throws IOException, RequestException {
        final RawResult result = host.ask(_ -> echoes.send(sequence));
        final String failure = switch (result) {
            case DONE, NO_BUFFER -> "";
            case NO_ROUTE -> "Network is unreachable";
            case TOO_LONG, MALFORMED -> "Message too long";
            case NOT_PERMITTED, FILTERED, NOT_AVAILABLE -> "Not permitted by the host";
        };
        if (!failure.isEmpty()) {
            throw new RequestException(failure);
        }
        final JsonObject event = new JsonObject();
        event.addProperty("event", "sent");
        event.addProperty("sequence", sequence & 0xFFFF);
        exchange.line(event);
        exchange.flush();
    }

    private static void awaitEnd(Exchange exchange) {
        try {
            exchange.input().transferTo(OutputStream.nullOutputStream());
        } catch (IOException _) {
            // The client has gone.
        }
    }
}
