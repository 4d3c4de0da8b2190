/// TLS for services, by the JDK's engine: keys from files or made on the spot, and where its long computations run.
@NullMarked
package org.weir.services.tls;

import org.jspecify.annotations.NullMarked;
