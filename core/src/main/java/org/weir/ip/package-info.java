/// Interfaces, Ethernet, ARP, IPv4 and ICMP.
@NullMarked
package org.weir.ip;

import org.jspecify.annotations.NullMarked;
