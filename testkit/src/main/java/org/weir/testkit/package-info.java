/// For tests of programs on Weir: a manual clock, simulated links and hosts, packet assertions, an allocation guard.
@NullMarked
package org.weir.testkit;

import org.jspecify.annotations.NullMarked;
