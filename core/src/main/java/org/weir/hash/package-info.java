/// Keyed hashing, hash tables linked through their entries, and the source of randomness.
@NullMarked
package org.weir.hash;

import org.jspecify.annotations.NullMarked;
