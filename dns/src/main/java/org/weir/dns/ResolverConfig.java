package org.weir.dns;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.weir.memory.MemoryPlan;

/// Settings of a [Resolver].
///
/// @param servers in the order in which they are preferred, 8 at most
/// @param search domains that are put behind a host's name, in this order, 16 at most
/// @param dots a host's name with so many dots or more is asked for as it is before domains are put behind it, 0 to 15
/// @param hosts a file of names that nobody is asked for, in the manner of hosts(5); null for none
/// @param overTcp questions go over TCP alone
/// @param limits what it may hold
public record ResolverConfig(
        List<NameServer> servers,
        List<DnsName> search,
        int dots,
        @Nullable Path hosts,
        boolean overTcp,
        Limits limits) {
    public static final int MOST_SERVERS = 8;
    public static final int MOST_DOMAINS = 16;
    private static final int MOST_DOTS = 15;
    private static final int LONGEST_MESSAGE = 1 << 16;
    /// A question and its exchange: measured 230 with names of 20 octets, which may have 255.
    private static final int HEAP_PER_CALLER = 500;

    public ResolverConfig {
        servers = List.copyOf(servers);
        search = List.copyOf(search);
        if (servers.size() > MOST_SERVERS) {
            throw new IllegalArgumentException("name servers: " + servers.size() + " are more than " + MOST_SERVERS);
        }
        if (search.size() > MOST_DOMAINS) {
            throw new IllegalArgumentException("search domains: " + search.size() + " are more than " + MOST_DOMAINS);
        }
        check("dots", dots, 0, MOST_DOTS);
    }

    /// What a resolver may hold.
    ///
    /// @param questions that are on their way at once, each with a UDP endpoint of the stack, 1 to 4,096
    /// @param waiting callers that wait for answers, 1 to 1,048,576; more are told [AnswerStatus#OVERLOADED]
    /// @param cacheAnswers answers that are remembered, 0 to 1,048,576; the one not asked for for longest gives way
    /// @param cacheOctets of heap that all of them together take, by estimate, 0 to 1 GiB
    public record Limits(int questions, int waiting, int cacheAnswers, int cacheOctets) {
        public Limits {
            check("questions", questions, 1, 1 << 12);
            check("waiting", waiting, 1, 1 << 20);
            check("cache answers", cacheAnswers, 0, 1 << 20);
            check("cache octets", cacheOctets, 0, 1 << 30);
        }

        /// 32 questions at once, 16,384 callers, 4,096 answers in 4 MiB.
        public static Limits defaults() {
            return new Limits(32, 1 << 14, 1 << 12, 1 << 22);
        }
    }

    private static void check(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + ": " + value + " is not in " + least + " to " + most);
        }
    }

    /// Adds to `plan` what a resolver with these settings holds, callers aside.
    public MemoryPlan addTo(MemoryPlan plan) {
        return plan.heap("DNS answers that are remembered", 1, limits.cacheOctets())
                .heap("DNS messages", 1 + MOST_SERVERS, LONGEST_MESSAGE)
                .heap("DNS callers that wait", limits.waiting(), HEAP_PER_CALLER);
    }

    /// No search list, no hosts file.
    public static ResolverConfig of(List<NameServer> servers) {
        return new ResolverConfig(servers, List.of(), 1, null, false, Limits.defaults());
    }

    public ResolverConfig withSearch(List<DnsName> domains) {
        return new ResolverConfig(servers, domains, dots, hosts, overTcp, limits);
    }

    public ResolverConfig withDots(int count) {
        return new ResolverConfig(servers, search, count, hosts, overTcp, limits);
    }

    public ResolverConfig withHosts(@Nullable Path file) {
        return new ResolverConfig(servers, search, dots, file, overTcp, limits);
    }

    public ResolverConfig withTcpAlone(boolean yes) {
        return new ResolverConfig(servers, search, dots, hosts, yes, limits);
    }

    public ResolverConfig withLimits(Limits other) {
        return new ResolverConfig(servers, search, dots, hosts, overTcp, other);
    }
}
