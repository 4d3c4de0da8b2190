/// The `weir` command.
@NullMarked
package org.weir.cli;

import org.jspecify.annotations.NullMarked;
