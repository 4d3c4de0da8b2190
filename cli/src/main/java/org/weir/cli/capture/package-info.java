/// `weir tcpdump`: captures, the filter language, and capture files.
@NullMarked
package org.weir.cli.capture;

import org.jspecify.annotations.NullMarked;
