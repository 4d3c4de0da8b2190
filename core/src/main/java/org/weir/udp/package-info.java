/// UDP, RFC 768.
@NullMarked
package org.weir.udp;

import org.jspecify.annotations.NullMarked;
