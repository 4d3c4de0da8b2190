/// Commands that talk to others by a stack: that of the running host, or one of their own.
@NullMarked
package org.weir.cli.client;

import org.jspecify.annotations.NullMarked;
