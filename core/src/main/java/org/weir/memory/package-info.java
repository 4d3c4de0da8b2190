/// Packet buffers, page queues and the memory plan: everything a stack holds, made once at start-up.
@NullMarked
package org.weir.memory;

import org.jspecify.annotations.NullMarked;
