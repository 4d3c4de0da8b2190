package org.weir.cli.manage;

import static java.util.Map.entry;

import java.util.Map;

/// What a host can be asked, by the names of the commands.
final class Questions {
    private Questions() {}

    static Map<String, Question> of(ManagedHost host) {
        return Map.ofEntries(
                entry("ss", new SocketsQuestion(host)),
                entry("arp", new NeighborsQuestion(host)),
                entry("addr", new AddressesQuestion(host)),
                entry("route", new RoutesQuestion(host)),
                entry("stats", new StatisticsQuestion(host)),
                entry("tcpdump", new CaptureQuestion(host)),
                entry("ping", new PingQuestion(host)),
                entry("connect", new ConnectQuestion(host)),
                entry("listen", new ListenQuestion(host)),
                entry("dig", new DigQuestion(host)),
                entry("lookup", new LookupQuestion(host)),
                entry("tftp", new TftpQuestion(host)),
                entry("tftp-serve", new TftpServeQuestion(host)));
    }
}
