/// Commands that show the state of a running host.
@NullMarked
package org.weir.cli.show;

import org.jspecify.annotations.NullMarked;
