/// The clock of a poll and the timer wheel.
@NullMarked
package org.weir.time;

import org.jspecify.annotations.NullMarked;
