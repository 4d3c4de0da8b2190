package org.weir.cli;

import java.util.function.Function;
import org.weir.dns.DnsName;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;
import org.weir.wire.MacAddress;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// How options are read. What is wrong with a value is said by the class that it is for.
public final class Converters {
    private Converters() {}

    private static <T> T convert(String text, Function<String, T> parser) {
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    public static int port(String text) {
        try {
            final int port = Integer.parseInt(text);
            if (port >= 1 && port <= 0xFFFF) {
                return port;
            }
        } catch (NumberFormatException _) {
            // Told below.
        }
        throw new TypeConversionException("'" + text + "' is not a port: 1 to 65535");
    }

    /// `10.10.10.2/24`.
    public static final class Prefix implements ITypeConverter<IpPrefix> {
        @Override
        public IpPrefix convert(String value) {
            return Converters.convert(value, IpPrefix::parse);
        }
    }

    /// `10.10.10.1`.
    public static final class Address implements ITypeConverter<IpAddress> {
        @Override
        public IpAddress convert(String value) {
            return Converters.convert(value, IpAddress::parse);
        }
    }

    /// `example.net`.
    static final class Domain implements ITypeConverter<DnsName> {
        @Override
        public DnsName convert(String value) {
            return Converters.convert(value, DnsName::ofHost);
        }
    }

    /// `02:00:00:00:00:01`.
    public static final class Mac implements ITypeConverter<Long> {
        @Override
        public Long convert(String value) {
            return Converters.convert(value, MacAddress::parse);
        }
    }

    /// 1 to 65,535.
    public static final class Port implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String value) {
            return port(value);
        }
    }
}
