/// TCP, RFC 9293.
@NullMarked
package org.weir.tcp;

import org.jspecify.annotations.NullMarked;
