/// What every layer stands on: hashing, tables and ready lists without allocation, randomness, ownership.
@NullMarked
package org.weir.base;

import org.jspecify.annotations.NullMarked;
