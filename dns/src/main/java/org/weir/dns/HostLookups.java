package org.weir.dns;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.weir.wire.IpAddress;

/// From a host's name to its addresses: what need not be asked, and what is asked in which order.
final class HostLookups {
    private static final IpAddress LOOPBACK = IpAddress.parse("127.0.0.1");
    private static final IpAddress LOOPBACK6 = new IpAddress(0, 1);
    private static final DnsName LOCALHOST = DnsName.parse("localhost");
    /// Names that nobody has, RFC 6761 section 6.4 and RFC 7686.
    private static final List<DnsName> NOBODYS = List.of(DnsName.parse("invalid"), DnsName.parse("onion"));

    private final Resolver resolver;
    private final HostsFile hosts;
    private final int dots;
    private List<DnsName> search;

    HostLookups(Resolver resolver, ResolverConfig config) {
        this.resolver = resolver;
        this.hosts = new HostsFile(config.hosts());
        this.dots = config.dots();
        this.search = config.search();
    }

    HostsFile hosts() {
        return hosts;
    }

    void search(List<DnsName> domains) {
        search = List.copyOf(domains);
    }

    List<DnsName> search() {
        return search;
    }

    void begin(String host, AddressFamily family, HostHandler handler) {
        final IpAddress literal = HostsFile.literal(host);
        if (literal != null && !family.wants(literal)) {
            tell(handler, new HostAnswer(host, AnswerStatus.NO_DATA, host, List.of()));
            return;
        }
        final List<IpAddress> known = literal == null ? known(host, family) : List.of(literal);
        if (!known.isEmpty()) {
            tell(handler, new HostAnswer(host, AnswerStatus.FOUND, host, known));
            return;
        }
        final DnsName name;
        try {
            name = DnsName.ofHost(host);
        } catch (IllegalArgumentException _) {
            tell(handler, new HostAnswer(host, AnswerStatus.NO_NAME, host, List.of()));
            return;
        }
        if (NOBODYS.stream().anyMatch(name::isUnder)) {
            tell(handler, new HostAnswer(host, AnswerStatus.NO_NAME, host, List.of()));
        } else {
            new HostLookup(resolver, host, family, candidates(host, name), handler).begin();
        }
    }

    /// What the file has of the other family says nothing here.
    private List<IpAddress> known(String host, AddressFamily family) {
        final List<IpAddress> listed = hosts.addressesOf(host, resolver.nowNs()).stream()
                .filter(family::wants)
                .toList();
        return listed.isEmpty() && isLocalhost(host)
                ? Stream.of(LOOPBACK, LOOPBACK6).filter(family::wants).toList()
                : listed;
    }

    /// RFC 6761 section 6.3: never a question to a server.
    private static boolean isLocalhost(String host) {
        try {
            return DnsName.ofHost(host).isUnder(LOCALHOST);
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    /// The names to ask for, in their order. Those that would be too long are left out.
    private List<DnsName> candidates(String host, DnsName name) {
        if (host.endsWith(".") || search.isEmpty()) {
            return List.of(name);
        }
        final List<DnsName> all = new ArrayList<>();
        for (final DnsName domain : search) {
            if (name.length() + domain.length() - 1 <= DnsName.LONGEST) {
                all.add(name.under(domain));
            }
        }
        all.add(name.labels() > dots ? 0 : all.size(), name);
        return all;
    }

    /// In a later poll, as all answers.
    private void tell(HostHandler handler, HostAnswer answer) {
        final Question question = new Question(DnsName.ROOT, RecordType.A);
        resolver.tell(_ -> handler.found(answer), Answer.failure(question, answer.status()));
    }
}
