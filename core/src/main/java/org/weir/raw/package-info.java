/// Raw IPv4 endpoints, and those for ICMP echo, which see packets beside the protocols.
@NullMarked
package org.weir.raw;

import org.jspecify.annotations.NullMarked;
