/// Links that touch the operating system, by the Foreign Function and Memory API only.
@NullMarked
package org.weir.drivers;

import org.jspecify.annotations.NullMarked;
