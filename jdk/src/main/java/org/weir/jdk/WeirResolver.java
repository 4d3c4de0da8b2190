package org.weir.jdk;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.nio.ByteBuffer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.weir.dns.Answer;
import org.weir.dns.AnswerStatus;
import org.weir.dns.DnsName;
import org.weir.dns.HostAnswer;
import org.weir.dns.RecordData;
import org.weir.dns.ResolverConfig;
import org.weir.runtime.SharedStack;
import org.weir.wire.IpAddress;

/// Names for `InetAddress`, by a resolver on a stack. It knows IPv4 addresses and their names; what it has learnt is
/// remembered for as long as its servers permit, besides what `InetAddress` remembers.
final class WeirResolver implements InetAddressResolver {
    private static final int IPV4_OCTETS = 4;

    private final Supplier<SharedStack> host;
    private final ResolverConfig config;
    private @Nullable SharedResolver resolver;

    /// @param host whose stack is used, asked for with the first question
    WeirResolver(Supplier<SharedStack> host, ResolverConfig config) {
        this.host = host;
        this.config = config;
    }

    private synchronized SharedResolver resolver() {
        SharedResolver made = resolver;
        if (made == null) {
            made = new SharedResolver(host.get(), config);
            resolver = made;
        }
        return made;
    }

    @Override
    public Stream<InetAddress> lookupByName(String name, LookupPolicy policy) throws UnknownHostException {
        if ((policy.characteristics() & LookupPolicy.IPV4) == 0) {
            throw new UnknownHostException(name + ": addresses of IPv6 are not looked up");
        }
        final HostAnswer answer;
        try {
            answer = resolver().lookup(name);
        } catch (IllegalStateException e) {
            throw unknown(name, e);
        }
        check(name, answer.status(), "has no IPv4 address");
        // They keep the name that was asked for: who looks for it later must not have to ask again.
        return answer.addresses().stream().map(address -> Addresses.inet(name, address.low()));
    }

    @Override
    public String lookupByAddress(byte[] octets) throws UnknownHostException {
        if (octets.length != IPV4_OCTETS) {
            throw new UnknownHostException("names of addresses of IPv6 are not looked up");
        }
        final IpAddress address = IpAddress.ofIpv4(ByteBuffer.wrap(octets).getInt());
        final Answer answer;
        try {
            answer = resolver().reverse(address);
        } catch (IllegalStateException e) {
            throw unknown(address.toString(), e);
        }
        check(address.toString(), answer.status(), "has no name");
        return answer.data()
                .<DnsName>mapMulti((data, names) -> {
                    if (data instanceof RecordData.Target(DnsName name) && name.isHostName()) {
                        names.accept(name);
                    }
                })
                .findFirst()
                .orElseThrow(() -> new UnknownHostException(address + ": has no name that a host may have"))
                .toHost();
    }

    private void check(String what, AnswerStatus status, String whenEmpty) throws UnknownHostException {
        final String problem = switch (status) {
            case FOUND -> null;
            case NO_DATA -> whenEmpty;
            case NO_NAME -> "no such name";
            case NO_ANSWER -> "no name server of " + config.servers() + " answers";
            case SERVER_FAILURE -> "no name server of " + config.servers() + " could tell";
            case NO_SERVER, ALIAS_LOOP, OVERLOADED, CLOSED -> status.sentence();
        };
        if (problem != null) {
            throw new UnknownHostException(what + ": " + problem);
        }
    }

    private static UnknownHostException unknown(String what, IllegalStateException cause) {
        final UnknownHostException unknown = new UnknownHostException(what + ": " + cause.getMessage());
        unknown.initCause(cause);
        return unknown;
    }
}
