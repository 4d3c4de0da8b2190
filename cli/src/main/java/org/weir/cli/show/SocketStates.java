package org.weir.cli.show;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/// The states of sockets: as `ss` prints them, by the names that its filters have for them.
final class SocketStates {
    private static final Map<String, String> PRINTED = printed();

    /// Waiting for others.
    static final Set<String> LISTENING = Set.of("LISTEN", "UNCONN");
    /// All others.
    static final Set<String> CONNECTED = connected();

    private SocketStates() {}

    private static Map<String, String> printed() {
        final Map<String, String> names = new LinkedHashMap<>();
        names.put("established", "ESTAB");
        names.put("syn-sent", "SYN-SENT");
        names.put("syn-recv", "SYN-RECV");
        names.put("fin-wait-1", "FIN-WAIT-1");
        names.put("fin-wait-2", "FIN-WAIT-2");
        names.put("time-wait", "TIME-WAIT");
        names.put("close-wait", "CLOSE-WAIT");
        names.put("last-ack", "LAST-ACK");
        names.put("closing", "CLOSING");
        names.put("listening", "LISTEN");
        names.put("unconnected", "UNCONN");
        return names;
    }

    private static Set<String> connected() {
        final Set<String> states = new LinkedHashSet<>(PRINTED.values());
        states.removeAll(LISTENING);
        return states;
    }

    /// Those that `word` names; empty if it names none.
    static Set<String> named(String word) {
        return switch (word) {
            case "all" -> new LinkedHashSet<>(PRINTED.values());
            case "connected" -> CONNECTED;
            case "synchronized" -> {
                final Set<String> states = new LinkedHashSet<>(CONNECTED);
                states.remove("SYN-SENT");
                yield states;
            }
            default -> PRINTED.containsKey(word) ? Set.of(PRINTED.get(word)) : Set.of();
        };
    }
}
