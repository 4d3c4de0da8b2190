package org.weir.cli.capture;

import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.weir.cli.capture.FilterTokens.Token;
import org.weir.wire.EtherType;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;
import org.weir.wire.IpProtocol;
import org.weir.wire.MacAddress;
import org.weir.wire.TcpHeader;

/// Reads a subset of the filter language of pcap-filter(7) by recursive descent:
///
/// ```text
///   expression = unary { ("and" | "or") unary }         equal precedence, from the left
///   unary      = "not" unary | "(" expression ")" | primitive
///   primitive  = [protocol] [direction] what value | protocol | "vlan" [id] | "less" n | ... | value
/// ```
///
/// A value alone takes over what was said before the last one: `port 80 or 443`.
final class FilterParser {
    private static final int MOST_NESTED = 64;
    private static final int MOST_TERMS = 512;
    private static final int HIGHEST_VLAN = 4_095;
    private static final Map<String, Integer> PROTOCOLS = Map.of(
            "icmp", IpProtocol.ICMP,
            "igmp", IpProtocol.IGMP,
            "tcp", IpProtocol.TCP,
            "udp", IpProtocol.UDP,
            "esp", IpProtocol.ESP);
    private static final Map<String, Integer> FLAGS = Map.of(
            "tcp-fin", TcpHeader.FIN,
            "tcp-syn", TcpHeader.SYN,
            "tcp-rst", TcpHeader.RST,
            "tcp-push", TcpHeader.PSH,
            "tcp-ack", TcpHeader.ACK,
            "tcp-urg", TcpHeader.URG,
            "tcp-ece", TcpHeader.ECE,
            "tcp-cwr", TcpHeader.CWR);

    private final FilterTokens tokens;
    private int depth;
    private int terms;
    /// Reads a value as the last primitive did; null before the first.
    private @Nullable Function<Token, CaptureFilter> latest;

    FilterParser(String text) {
        tokens = new FilterTokens(text);
    }

    /// Which end of a packet is meant.
    private enum Direction {
        SOURCE,
        DESTINATION,
        EITHER,
        BOTH;

        boolean test(boolean source, boolean destination) {
            return switch (this) {
                case SOURCE -> source;
                case DESTINATION -> destination;
                case EITHER -> source || destination;
                case BOTH -> source && destination;
            };
        }
    }

    CaptureFilter parse() {
        final CaptureFilter filter = expression();
        final Token rest = tokens.peek();
        if (!rest.text().isEmpty()) {
            throw FilterTokens.wrong(rest, "expected 'and' or 'or', not " + rest.quoted());
        }
        return filter;
    }

    /// What is asked of each frame nests as deep as there are terms.
    private CaptureFilter expression() {
        CaptureFilter filter = unary();
        while (true) {
            if (++terms > MOST_TERMS) {
                throw FilterTokens.wrong(tokens.peek(), "more than " + MOST_TERMS + " terms");
            }
            if (tokens.takeIf("and", "&&")) {
                filter = filter.and(unary());
            } else if (tokens.takeIf("or", "||")) {
                filter = filter.or(unary());
            } else {
                return filter;
            }
        }
    }

    private CaptureFilter unary() {
        if (++depth > MOST_NESTED) {
            throw FilterTokens.wrong(tokens.peek(), "nested too deeply");
        }
        final CaptureFilter filter;
        if (tokens.takeIf("not", "!")) {
            filter = unary().negated();
        } else if (tokens.takeIf("(")) {
            filter = expression();
            tokens.expect(")");
        } else {
            filter = primitive();
        }
        depth--;
        return filter;
    }

    // ---- primitives ----

    private CaptureFilter primitive() {
        final Token first = tokens.peek();
        return switch (first.text()) {
            case "less", "greater" -> length();
            case "vlan" -> vlan();
            case "inbound", "outbound" -> {
                final boolean isOutbound = tokens.take().is("outbound");
                yield frame -> frame.isOutbound() == isOutbound;
            }
            case "broadcast", "multicast" -> group();
            case "ether" -> ether();
            case "ip", "arp", "tcp", "udp", "icmp", "igmp", "esp" -> protocol();
            case "proto" -> protocolNumber(CaptureFilter.ALL);
            default -> qualified(CaptureFilter.ALL);
        };
    }

    private CaptureFilter length() {
        final boolean isLess = tokens.take().is("less");
        final int limit = number(tokens.take(), "a length", Integer.MAX_VALUE);
        return isLess ? frame -> frame.length() <= limit : frame -> frame.length() >= limit;
    }

    private CaptureFilter vlan() {
        tokens.take();
        if (!isNumber(tokens.peek())) {
            return frame -> frame.vlan() != FrameView.NONE;
        }
        final int id = number(tokens.take(), "a VLAN", HIGHEST_VLAN);
        return frame -> frame.vlan() == id;
    }

    private CaptureFilter group() {
        return tokens.take().is("broadcast")
                ? frame -> frame.hardwareDestination() == MacAddress.BROADCAST
                : frame -> frame.hardwareDestination() >= 0 && MacAddress.isGroup(frame.hardwareDestination());
    }

    private CaptureFilter ether() {
        tokens.take();
        if (tokens.peek().is("broadcast", "multicast")) {
            return group();
        }
        if (tokens.takeIf("proto")) {
            final int type = number(tokens.take(), "an EtherType", 0xFFFF);
            return frame -> frame.type() == type;
        }
        final Direction direction = direction();
        tokens.takeIf("host");
        final long address = hardwareAddress(tokens.take());
        return frame -> direction.test(frame.hardwareSource() == address, frame.hardwareDestination() == address);
    }

    private static long hardwareAddress(Token token) {
        try {
            return MacAddress.parse(token.text());
        } catch (IllegalArgumentException _) {
            throw FilterTokens.wrong(token, "expected a hardware address, as 02:00:00:00:00:01, not " + token.quoted());
        }
    }

    /// A protocol, alone or in front of what else is said about it.
    private CaptureFilter protocol() {
        final String name = tokens.take().text();
        final CaptureFilter filter = switch (name) {
            case "ip" -> frame -> frame.type() == EtherType.IPV4;
            case "arp" -> frame -> frame.type() == EtherType.ARP;
            default -> ofProtocol(PROTOCOLS.getOrDefault(name, FrameView.NONE));
        };
        final Token next = tokens.peek();
        if (name.equals("tcp") && next.is("[")) {
            return tcpFlags();
        }
        if (name.equals("ip") && next.is("proto")) {
            return protocolNumber(filter);
        }
        if (name.equals("ip") && next.is("multicast", "broadcast")) {
            return ipGroup();
        }
        final boolean isQualified = next.is("src", "dst", "host", "net", "port", "portrange");
        return isQualified ? qualified(filter) : filter;
    }

    private static CaptureFilter ofProtocol(int number) {
        return frame -> frame.protocol() == number;
    }

    private CaptureFilter protocolNumber(CaptureFilter under) {
        tokens.take();
        final Token name = tokens.take();
        final Integer known = PROTOCOLS.get(name.text());
        return under.and(ofProtocol(known == null ? number(name, "a protocol", 0xFF) : known));
    }

    private CaptureFilter ipGroup() {
        return tokens.take().is("multicast")
                ? frame -> frame.type() == EtherType.IPV4 && IpAddress.isMulticast(frame.destination())
                : frame -> frame.type() == EtherType.IPV4 && frame.destination() == -1;
    }

    /// `tcp[tcpflags] & FLAGS != N`, or `== N`, or `tcp[tcpflags] == N`.
    private CaptureFilter tcpFlags() {
        tokens.expect("[");
        if (!tokens.takeIf("tcpflags", "13")) {
            throw FilterTokens.wrong(tokens.peek(), "only 'tcp[tcpflags]' can be asked for");
        }
        tokens.expect("]");
        final int mask = tokens.takeIf("&") ? flags() : 0xFF;
        final Token sign = tokens.take();
        if (!sign.is("=", "==", "!=")) {
            throw FilterTokens.wrong(sign, "expected '==' or '!=', not " + sign.quoted());
        }
        final boolean isEqual = !sign.is("!=");
        final int value = flags();
        return frame -> frame.tcpFlags() >= 0 && ((frame.tcpFlags() & mask) == value) == isEqual;
    }

    private int flags() {
        final boolean isInParentheses = tokens.takeIf("(");
        int all = flag();
        while (tokens.takeIf("|")) {
            all |= flag();
        }
        if (isInParentheses) {
            tokens.expect(")");
        }
        return all;
    }

    private int flag() {
        final Token token = tokens.take();
        final Integer known = FLAGS.get(token.text());
        return known == null ? number(token, "a TCP flag, as tcp-syn,", 0xFF) : known;
    }

    // ---- [direction] what value ----

    private CaptureFilter qualified(CaptureFilter under) {
        final Token start = tokens.peek();
        final boolean isBare = !start.is("src", "dst", "host", "net", "port", "portrange");
        if (isBare && isNumber(start) && latest != null) {
            return latest.apply(tokens.take());
        }
        final Direction direction = direction();
        final Function<Token, CaptureFilter> reader = switch (tokens.peek().text()) {
            case "port" -> afterTaking(under, direction, FilterParser::port);
            case "portrange" -> afterTaking(under, direction, FilterParser::portRange);
            case "net" -> afterTaking(under, direction, FilterParser::network);
            case "host" -> afterTaking(under, direction, FilterParser::host);
            default -> value -> under.and(host(value, direction));
        };
        final Token value = tokens.take();
        final CaptureFilter filter = reader.apply(value);
        latest = reader;
        return filter;
    }

    /// Reads a value of the kind that its reader is for.
    @FunctionalInterface
    private interface ValueReader {
        CaptureFilter read(Token value, Direction direction);
    }

    private Function<Token, CaptureFilter> afterTaking(CaptureFilter under, Direction direction, ValueReader reader) {
        tokens.take();
        return value -> under.and(reader.read(value, direction));
    }

    /// `src`, `dst`, `src or dst`, `src and dst`, or nothing, which is either.
    private Direction direction() {
        if (!tokens.peek().is("src", "dst")) {
            return Direction.EITHER;
        }
        final boolean isSource = tokens.take().is("src");
        final Token second = tokens.peekSecond();
        if (tokens.peek().is("or", "and") && second.is(isSource ? "dst" : "src")) {
            final boolean isOr = tokens.take().is("or");
            tokens.take();
            return isOr ? Direction.EITHER : Direction.BOTH;
        }
        return isSource ? Direction.SOURCE : Direction.DESTINATION;
    }

    private static CaptureFilter port(Token value, Direction direction) {
        final int port = number(value, "a port", 0xFFFF);
        return ports(direction, each -> each == port);
    }

    private static CaptureFilter portRange(Token value, Direction direction) {
        final String[] ends = value.text().split("-", -1);
        if (ends.length != 2) {
            throw FilterTokens.wrong(value, "expected a range of ports, as 6000-6008, not " + value.quoted());
        }
        final int from = number(new Token(ends[0], value.position()), "a port", 0xFFFF);
        final int to = number(new Token(ends[1], value.position() + ends[0].length() + 1), "a port", 0xFFFF);
        return ports(direction, each -> each >= Math.min(from, to) && each <= Math.max(from, to));
    }

    private static CaptureFilter ports(Direction direction, IntPredicate wanted) {
        return frame -> frame.sourcePort() != FrameView.NONE
                && direction.test(wanted.test(frame.sourcePort()), wanted.test(frame.destinationPort()));
    }

    private static CaptureFilter host(Token value, Direction direction) {
        try {
            final int address = IpAddress.parse(value.text()).ipv4();
            return addresses(direction, each -> each == address);
        } catch (IllegalArgumentException _) {
            throw FilterTokens.wrong(value, "expected an address, as 10.10.10.2, not " + value.quoted());
        }
    }

    private static CaptureFilter network(Token value, Direction direction) {
        try {
            final IpPrefix network = IpPrefix.parse(whole(value.text()));
            return addresses(direction, each -> network.contains((int) each));
        } catch (IllegalArgumentException _) {
            throw FilterTokens.wrong(value, "expected a network, as 10.0.0.0/8, not " + value.quoted());
        }
    }

    /// `10` is 10.0.0.0/8, `10.1` is 10.1.0.0/16, an address without a length is one host: pcap-filter(7).
    private static String whole(String text) {
        if (text.contains("/")) {
            return text;
        }
        final int octets = text.split("\\.", -1).length;
        return octets > 4 ? text : text + ".0".repeat(4 - octets) + "/" + 8 * octets;
    }

    private static CaptureFilter addresses(Direction direction, LongPredicate wanted) {
        return frame ->
                frame.hasAddresses() && direction.test(wanted.test(frame.source()), wanted.test(frame.destination()));
    }

    // ---- values ----

    private static boolean isNumber(Token token) {
        return !token.text().isEmpty() && Character.isDigit(token.text().charAt(0));
    }

    private static int number(Token token, String what, int most) {
        try {
            final int number = Integer.decode(token.text().toLowerCase(Locale.ROOT));
            if (number >= 0 && number <= most) {
                return number;
            }
        } catch (NumberFormatException _) {
            // Told below.
        }
        throw FilterTokens.wrong(token, "expected " + what + " of 0 to " + most + ", not " + token.quoted());
    }
}
