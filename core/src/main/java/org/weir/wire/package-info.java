/// Views of the formats on the wire, with the field names of their RFCs, and the Internet checksum.
@NullMarked
package org.weir.wire;

import org.jspecify.annotations.NullMarked;
