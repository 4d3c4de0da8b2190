package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.weir.filter.FilterEvent;
import org.weir.filter.FilterHook;
import org.weir.filter.FilterVerdict;
import org.weir.filter.PacketFilter;
import org.weir.wire.IpAddress;

/// A filter that says what a test has told it to say, and remembers what it was asked.
final class Judge implements PacketFilter {
    private final Map<FilterHook, FilterVerdict> verdicts = new EnumMap<>(FilterHook.class);
    private final List<String> events = new ArrayList<>();
    private Consumer<FilterEvent> look = event -> {};

    /// Of everything that comes by `hook`; what it was not told of it accepts.
    Judge says(FilterVerdict verdict, FilterHook hook) {
        verdicts.put(hook, verdict);
        return this;
    }

    /// Lets `eye` see each event first.
    Judge looks(Consumer<FilterEvent> eye) {
        look = eye;
        return this;
    }

    @Override
    public FilterVerdict filter(FilterEvent event) {
        events.add(event + " " + end(event.sourceHigh(), event.sourceLow(), event.sourcePort()) + " > "
                + end(event.destinationHigh(), event.destinationLow(), event.destinationPort()));
        look.accept(event);
        return verdicts.getOrDefault(event.hook(), FilterVerdict.ACCEPT);
    }

    private static String end(long high, long low, int port) {
        return (low == 0 ? "-" : IpAddress.format(high, low)) + ":" + port;
    }

    /// What it has been asked since the last time: hook, protocol, source and destination.
    void wasAsked(String... expected) {
        assertEquals(List.of(expected), events);
        events.clear();
    }

    List<String> events() {
        return events;
    }
}
