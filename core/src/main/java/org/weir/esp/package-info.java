/// IPsec ESP in transport mode, RFC 4303, with its policies, RFC 4301. Ciphers are the JDK's (JCA).
@NullMarked
package org.weir.esp;

import org.jspecify.annotations.NullMarked;
