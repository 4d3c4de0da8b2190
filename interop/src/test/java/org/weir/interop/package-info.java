/// Programs and libraries that know nothing of Weir, run on it by settings alone, over a TAP against the kernel in a
/// namespace.
@NullMarked
package org.weir.interop;

import org.jspecify.annotations.NullMarked;
