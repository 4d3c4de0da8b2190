/// Commands that talk to others from a stack: the running one or one of their own.
@NullMarked
package org.weir.cli.client;

import org.jspecify.annotations.NullMarked;
