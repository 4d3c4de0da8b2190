/// Packet endpoints, which see whole frames beside the protocols and send their own.
@NullMarked
package org.weir.packet;

import org.jspecify.annotations.NullMarked;
