/// Seeded runs of connections over bad networks between applications that behave in every permitted way.
@NullMarked
package org.weir.testkit.torture;

import org.jspecify.annotations.NullMarked;
