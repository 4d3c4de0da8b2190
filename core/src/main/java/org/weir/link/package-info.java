/// What carries frames: the link interface, in-memory links, fault injection, capture, and the names of all drops.
@NullMarked
package org.weir.link;

import org.jspecify.annotations.NullMarked;
