/// BSD sockets whose calls wait: [org.weir.runtime.bsd.BlockingSockets].
@NullMarked
package org.weir.runtime.bsd;

import org.jspecify.annotations.NullMarked;
