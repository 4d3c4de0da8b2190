/// What a user's filter is asked and told, and asking it.
@NullMarked
package org.weir.filter;

import org.jspecify.annotations.NullMarked;
