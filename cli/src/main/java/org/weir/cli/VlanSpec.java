package org.weir.cli;

import org.weir.ip.Vlan;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// How a VLAN is written: `7`, `7:5` with the priority 5, or `7:dscp` with priorities by each packet's class.
final class VlanSpec {
    private static final String BY_DSCP = "dscp";

    private VlanSpec() {}

    /// @throws IllegalArgumentException if it is not one
    static Vlan parse(String text) {
        final int colon = text.indexOf(':');
        try {
            if (colon < 0) {
                return Vlan.of(Integer.parseInt(text));
            }
            final Vlan vlan = Vlan.of(Integer.parseInt(text.substring(0, colon)));
            final String priority = text.substring(colon + 1);
            return priority.equals(BY_DSCP)
                    ? vlan.withPriorityByDscp()
                    : vlan.withPriority(Integer.parseUnsignedInt(priority));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' is not a VLAN, as 7, 7:5 or 7:dscp are", e);
        }
    }

    /// For picocli.
    static final class Converter implements ITypeConverter<Vlan> {
        @Override
        public Vlan convert(String value) {
            try {
                return parse(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
