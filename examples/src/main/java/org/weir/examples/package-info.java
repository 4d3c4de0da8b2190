/// Programs that show one thing each.
@NullMarked
package org.weir.examples;

import org.jspecify.annotations.NullMarked;
