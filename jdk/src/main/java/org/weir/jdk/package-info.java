/// Doors for programs that were written for the JDK: channels and selectors, sockets, name resolution, all on a Weir
/// stack instead of the kernel's.
@NullMarked
package org.weir.jdk;

import org.jspecify.annotations.NullMarked;
