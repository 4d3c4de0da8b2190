/// A DHCP client, RFC 2131: an address for an interface, and what goes with it.
///
/// [org.weir.services.dhcp.DhcpClient] is the state machine, [org.weir.services.dhcp.Lease] what it gets.
@NullMarked
package org.weir.services.dhcp;

import org.jspecify.annotations.NullMarked;
