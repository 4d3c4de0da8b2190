/// The operating-system emulation layer of Dunkels' paper on lwIP: what the sequential interface, and programs that are
/// to run on all ports, may ask of the system below. Knows nothing of the stack.
@NullMarked
package org.weir.runtime.os;

import org.jspecify.annotations.NullMarked;
