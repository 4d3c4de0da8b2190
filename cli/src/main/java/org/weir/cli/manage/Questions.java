package org.weir.cli.manage;

import java.util.Map;

/// What a host can be asked, by the names of the commands.
final class Questions {
    private Questions() {}

    static Map<String, Question> of(ManagedHost host) {
        return Map.of(
                "ss", new SocketsQuestion(host),
                "arp", new NeighborsQuestion(host),
                "addr", new AddressesQuestion(host),
                "route", new RoutesQuestion(host),
                "stats", new StatisticsQuestion(host),
                "tcpdump", new CaptureQuestion(host),
                "ping", new PingQuestion(host),
                "connect", new ConnectQuestion(host),
                "listen", new ListenQuestion(host));
    }
}
