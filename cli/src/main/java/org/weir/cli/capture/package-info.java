/// Captures: the filter language, and files in pcapng format.
@NullMarked
package org.weir.cli.capture;

import org.jspecify.annotations.NullMarked;
