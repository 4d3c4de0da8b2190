/// Threads around the stack: the loop runner, the operating-system emulation layer, blocking interfaces.
@NullMarked
package org.weir.runtime;

import org.jspecify.annotations.NullMarked;
