package org.weir.cli;

import org.jspecify.annotations.Nullable;
import org.weir.ip.Netif;
import org.weir.ip.Route;
import org.weir.ip.RouteResult;
import org.weir.ip.RouteType;
import org.weir.stack.Stack;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// A route as it is written: `10.2.0.0/16=10.1.0.9`, or with `blackhole`, `unreachable` or `prohibit` for a gateway.
///
/// @param destination what it is for
/// @param gateway the next hop; null where packets are refused
/// @param type how packets are refused, or that they are not
record RouteSpec(IpPrefix destination, @Nullable IpAddress gateway, RouteType type) {
    /// @throws IllegalArgumentException if it is not one
    static RouteSpec parse(String text) {
        final int equals = text.indexOf('=');
        if (equals < 0) {
            throw new IllegalArgumentException("'" + text + "' is not DEST/LEN=GATEWAY, as 10.2.0.0/16=10.1.0.9 is");
        }
        final IpPrefix destination = IpPrefix.parse(text.substring(0, equals));
        final String way = text.substring(equals + 1);
        return switch (way) {
            case "blackhole" -> new RouteSpec(destination, null, RouteType.BLACKHOLE);
            case "unreachable" -> new RouteSpec(destination, null, RouteType.UNREACHABLE);
            case "prohibit" -> new RouteSpec(destination, null, RouteType.PROHIBIT);
            default -> new RouteSpec(destination, IpAddress.parse(way), RouteType.UNICAST);
        };
    }

    /// Adds it to a stack that its gateway is a neighbour of.
    ///
    /// @throws Failure if there is one to this destination already, or no room is left
    void giveTo(Stack stack) throws Failure {
        final Netif loopback = stack.ipv4().interfaces().getFirst();
        final RouteResult result = stack.addRoute(
                gateway == null ? Route.onLink(destination, loopback).withType(type) : stack.via(destination, gateway));
        if (result != RouteResult.DONE) {
            throw new Failure("cannot add the route to " + destination + ": "
                    + (result == RouteResult.EXISTS ? "there is one already" : "the routing table is full"));
        }
    }

    /// For picocli.
    static final class Converter implements ITypeConverter<RouteSpec> {
        @Override
        public RouteSpec convert(String value) {
            try {
                return parse(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
