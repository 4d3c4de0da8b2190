/// Bulk transfers over a grid of simulated networks: how fast, at what cost, how fairly.
@NullMarked
package org.weir.testkit.grid;

import org.jspecify.annotations.NullMarked;
