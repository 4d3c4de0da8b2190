/// What several services share, and nobody else.
@NullMarked
package org.weir.services.common;

import org.jspecify.annotations.NullMarked;
