package org.weir.cli;

import org.weir.wire.IpAddress;
import org.weir.wire.MacAddress;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// A neighbour that is set for good, as `--neighbor` reads it: `10.10.10.1=02:00:00:00:00:01`.
///
/// @param address its IPv4 address
/// @param hardwareAddress its MAC address, no group's
record NeighborSpec(IpAddress address, long hardwareAddress) {
    @Override
    public String toString() {
        return address + "=" + MacAddress.format(hardwareAddress);
    }

    /// For picocli.
    static final class Converter implements ITypeConverter<NeighborSpec> {
        @Override
        public NeighborSpec convert(String value) {
            final int equals = value.indexOf('=');
            if (equals < 0) {
                throw new TypeConversionException(
                        "'" + value + "' is not a neighbour (expected as in 10.10.10.1=02:00:00:00:00:01)");
            }
            final long mac = new Converters.Mac().convert(value.substring(equals + 1));
            if (mac == 0 || MacAddress.isGroup(mac)) {
                throw new TypeConversionException(MacAddress.format(mac) + " is not the address of one host");
            }
            return new NeighborSpec(new Converters.Address().convert(value.substring(0, equals)), mac);
        }
    }
}
