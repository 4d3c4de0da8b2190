/// The stack as its user sees it: configuration, the poll, and non-blocking sockets.
@NullMarked
package org.weir.stack;

import org.jspecify.annotations.NullMarked;
