package org.weir.filter;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;
import org.weir.wire.TcpHeader;

/// One line of [FilterRules]: what is to become of events of one hook that look like this. Immutable; each method gives
/// a narrower rule.
///
/// What an event does not have matches no rule that asks for it: a later fragment has no ports. What no event of its
/// hook has, a rule cannot ask for.
public final class FilterRule {
    private static final int ANY = -1;
    private static final int MAXIMUM_PROTOCOL = 0xFF;
    private static final int MAXIMUM_PORT = 0xFFFF;

    private final FilterHook hook;
    private final FilterVerdict verdict;
    private int protocol = ANY;
    private boolean opening;
    private IpPrefix source = IpPrefix.ALL;
    private IpPrefix destination = IpPrefix.ALL;
    private int firstSourcePort;
    private int lastSourcePort = MAXIMUM_PORT;
    private int firstPort;
    private int lastPort = MAXIMUM_PORT;
    private @Nullable String inputInterface;
    private @Nullable String outputInterface;

    /// For every packet or endpoint that comes by `hook`.
    ///
    /// @throws IllegalArgumentException if nobody is asked there
    public FilterRule(FilterHook hook, FilterVerdict verdict) {
        if (!hook.asks()) {
            throw new IllegalArgumentException("a filter is only told of " + hook);
        }
        this.hook = hook;
        this.verdict = verdict;
    }

    private FilterRule(FilterRule like) {
        hook = like.hook;
        verdict = like.verdict;
        protocol = like.protocol;
        opening = like.opening;
        source = like.source;
        destination = like.destination;
        firstSourcePort = like.firstSourcePort;
        lastSourcePort = like.lastSourcePort;
        firstPort = like.firstPort;
        lastPort = like.lastPort;
        inputInterface = like.inputInterface;
        outputInterface = like.outputInterface;
    }

    /// Of this protocol, 0 to 255, as in [org.weir.wire.IpProtocol]. Endpoints are of TCP, UDP or ICMP, those that
    /// accept connections of TCP.
    public FilterRule protocol(int number) {
        check("protocol", number, MAXIMUM_PROTOCOL);
        if (!protocols(hook).contains(FilterProtocol.of(number))) {
            throw new IllegalArgumentException(lower(hook) + " is not asked about protocol " + name(number));
        }
        final FilterRule rule = new FilterRule(this);
        rule.protocol = number;
        return rule;
    }

    /// Segments that open a connection: with SYN, without ACK.
    public FilterRule opening() {
        checkKnown("syn");
        final FilterRule rule = new FilterRule(this);
        rule.opening = true;
        return rule;
    }

    /// Where it comes from: the peer, for endpoints that accept; the endpoint itself where it connects.
    ///
    /// @throws IllegalArgumentException as all that follow, if no event of the hook has this
    public FilterRule from(IpPrefix prefix) {
        checkKnown("from");
        final FilterRule rule = new FilterRule(this);
        rule.source = prefix;
        return rule;
    }

    /// Where it goes to: the peer where an endpoint connects; else its own address.
    public FilterRule to(IpPrefix prefix) {
        checkKnown("to");
        final FilterRule rule = new FilterRule(this);
        rule.destination = prefix;
        return rule;
    }

    /// Source ports, `first` to `last`.
    public FilterRule fromPorts(int first, int last) {
        checkKnown("from-port");
        checkPorts(first, last);
        final FilterRule rule = new FilterRule(this);
        rule.firstSourcePort = first;
        rule.lastSourcePort = last;
        return rule;
    }

    /// Destination ports, `first` to `last`.
    public FilterRule ports(int first, int last) {
        checkKnown("port");
        checkPorts(first, last);
        final FilterRule rule = new FilterRule(this);
        rule.firstPort = first;
        rule.lastPort = last;
        return rule;
    }

    /// By the interface with this name: packets that come in, and those that pass through.
    public FilterRule in(String name) {
        checkKnown("in");
        final FilterRule rule = new FilterRule(this);
        rule.inputInterface = name;
        return rule;
    }

    /// To leave by the interface with this name: packets of this host, and those that pass through.
    public FilterRule out(String name) {
        checkKnown("out");
        final FilterRule rule = new FilterRule(this);
        rule.outputInterface = name;
        return rule;
    }

    private void checkKnown(String what) {
        final List<String> known = known(hook);
        if (!known.contains(what)) {
            throw new IllegalArgumentException(
                    lower(hook) + " knows no '" + what + "', only " + String.join(", ", known));
        }
    }

    /// What events of `hook` have, as a line calls it.
    private static List<String> known(FilterHook hook) {
        return switch (hook) {
            case INPUT -> List.of("syn", "from", "to", "from-port", "port", "in");
            case OUTPUT -> List.of("syn", "from", "to", "from-port", "port", "out");
            case FORWARD -> List.of("syn", "from", "to", "from-port", "port", "in", "out");
            case CONNECTING, ACCEPTING -> List.of("from", "to", "from-port", "port");
            case BINDING, LISTENING -> List.of("to", "port");
            default -> List.of();
        };
    }

    private static Set<FilterProtocol> protocols(FilterHook hook) {
        return switch (hook) {
            case INPUT, OUTPUT, FORWARD -> EnumSet.allOf(FilterProtocol.class);
            case LISTENING, ACCEPTING -> EnumSet.of(FilterProtocol.TCP);
            default -> EnumSet.of(FilterProtocol.TCP, FilterProtocol.UDP, FilterProtocol.ICMP);
        };
    }

    private static void checkPorts(int first, int last) {
        check("first port", first, MAXIMUM_PORT);
        check("last port", last, MAXIMUM_PORT);
        if (first > last) {
            throw new IllegalArgumentException("ports " + first + " to " + last + " are none");
        }
    }

    private static void check(String what, int value, int most) {
        if (value < 0 || value > most) {
            throw new IllegalArgumentException(what + " of " + value + " is not in 0 to " + most);
        }
    }

    public FilterHook hook() {
        return hook;
    }

    public FilterVerdict verdict() {
        return verdict;
    }

    boolean matches(FilterEvent event) {
        return event.hook() == hook
                && (protocol == ANY || protocol == event.ipProtocol())
                && (!opening || opens(event.tcpFlags()))
                && contains(source, event.sourceHigh(), event.sourceLow())
                && contains(destination, event.destinationHigh(), event.destinationLow())
                && isWithin(event.sourcePort(), firstSourcePort, lastSourcePort)
                && isWithin(event.destinationPort(), firstPort, lastPort)
                && isNamed(event.inputInterface(), inputInterface)
                && isNamed(event.outputInterface(), outputInterface);
    }

    /// As in a file of `weir --filter`.
    @Override
    public String toString() {
        final StringBuilder line = new StringBuilder(lower(hook)).append(' ').append(lower(verdict));
        if (protocol != ANY) {
            line.append(' ').append(name(protocol));
        }
        line.append(opening ? " syn" : "");
        append(line, "from", source.length() == 0 ? null : source);
        append(line, "to", destination.length() == 0 ? null : destination);
        append(line, "from-port", range(firstSourcePort, lastSourcePort));
        append(line, "port", range(firstPort, lastPort));
        append(line, "in", inputInterface);
        append(line, "out", outputInterface);
        return line.toString();
    }

    private static void append(StringBuilder line, String what, @Nullable Object value) {
        if (value != null) {
            line.append(' ').append(what).append(' ').append(value);
        }
    }

    static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static String name(int protocol) {
        final FilterProtocol known = FilterProtocol.of(protocol);
        return known == FilterProtocol.OTHER ? Integer.toString(protocol) : lower(known);
    }

    private static @Nullable String range(int first, int last) {
        if (first == 0 && last == MAXIMUM_PORT) {
            return null;
        }
        return first == last ? Integer.toString(first) : first + "-" + last;
    }

    private static boolean opens(int tcpFlags) {
        return (tcpFlags & (TcpHeader.SYN | TcpHeader.ACK)) == TcpHeader.SYN;
    }

    private static boolean contains(IpPrefix prefix, long high, long low) {
        return prefix.length() == 0 || IpAddress.isIpv4(high, low) && prefix.contains(IpAddress.ipv4(low));
    }

    private static boolean isWithin(int port, int first, int last) {
        return port >= first && port <= last;
    }

    private static boolean isNamed(@Nullable String name, @Nullable String wanted) {
        return wanted == null || wanted.equals(name);
    }
}
