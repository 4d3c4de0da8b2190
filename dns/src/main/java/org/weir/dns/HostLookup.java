package org.weir.dns;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.weir.wire.IpAddress;

/// One look-up on its way: name after name, until one has addresses or nobody can tell whether it has.
final class HostLookup {
    private final Resolver resolver;
    private final String host;
    private final AddressFamily family;
    private final Iterator<DnsName> candidates;
    private final HostHandler handler;
    /// What the first name with anything but "there is none" came to.
    private AnswerStatus status = AnswerStatus.NO_NAME;

    HostLookup(Resolver resolver, String host, AddressFamily family, List<DnsName> candidates, HostHandler handler) {
        this.resolver = resolver;
        this.host = host;
        this.family = family;
        this.candidates = candidates.iterator();
        this.handler = handler;
    }

    void begin() {
        final DnsName name = candidates.next();
        if (family == AddressFamily.ANY) {
            final Both both = new Both();
            resolver.ask(name, RecordType.A, both::first);
            resolver.ask(name, RecordType.AAAA, both::second);
        } else {
            resolver.ask(
                    name,
                    family == AddressFamily.IPV4 ? RecordType.A : RecordType.AAAA,
                    answer -> answered(answer.status(), answer, answer.addresses()));
        }
    }

    /// Waits for the answers of both families.
    private final class Both {
        private final List<IpAddress> addresses = new ArrayList<>();
        private Answer ipv4 = Answer.failure(new Question(DnsName.ROOT, RecordType.A), AnswerStatus.NO_NAME);
        private Answer ipv6 = ipv4;
        private int left = 2;

        void first(Answer answer) {
            ipv4 = answer;
            arrived();
        }

        void second(Answer answer) {
            ipv6 = answer;
            arrived();
        }

        private void arrived() {
            if (--left > 0) {
                return;
            }
            addresses.addAll(ipv4.addresses());
            addresses.addAll(ipv6.addresses());
            answered(together(), ipv4.addresses().isEmpty() ? ipv6 : ipv4, addresses);
        }

        /// One failure hides that there may be addresses; one name without data is a name.
        private AnswerStatus together() {
            if (!addresses.isEmpty()) {
                return AnswerStatus.FOUND;
            }
            if (ipv4.status().isFailure() || ipv6.status() == AnswerStatus.NO_NAME) {
                return ipv4.status();
            }
            return ipv6.status();
        }
    }

    /// A failure ends the look-up: the next name may be another host's.
    private void answered(AnswerStatus its, Answer answer, List<IpAddress> addresses) {
        if (its == AnswerStatus.NO_DATA) {
            status = its;
        }
        if (its == AnswerStatus.FOUND || its.isFailure()) {
            handler.found(new HostAnswer(host, its, answer.canonicalName().toHost(), addresses));
        } else if (candidates.hasNext()) {
            begin();
        } else {
            handler.found(new HostAnswer(host, status, host, List.of()));
        }
    }
}
