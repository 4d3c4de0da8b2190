/// Benchmarks of the stack, alone and side by side with others.
@NullMarked
package org.weir.benchmarks;

import org.jspecify.annotations.NullMarked;
