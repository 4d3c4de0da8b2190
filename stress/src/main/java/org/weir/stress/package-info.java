/// The hand-overs between threads, repeated by jcstress until rare orders occur.
@NullMarked
package org.weir.stress;

import org.jspecify.annotations.NullMarked;
