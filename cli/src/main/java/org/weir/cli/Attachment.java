package org.weir.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.weir.drivers.TapLink;
import org.weir.ip.Vlan;
import org.weir.wire.IpPrefix;

/// One interface of a host.
///
/// @param tap its device; null if it is on a VLAN of the device before it
/// @param vlan its VLAN; null if it has a device
/// @param addresses its addresses, at least one unless it gets one by DHCP
/// @param dhcp how it gets an address; null if it has its addresses
record Attachment(
        @Nullable TapLink tap,
        @Nullable Vlan vlan,
        List<IpPrefix> addresses,
        @Nullable DhcpSpec dhcp) {
    static Attachment to(TapLink tap, IpPrefix address) {
        return new Attachment(tap, null, List.of(address), null);
    }
}
