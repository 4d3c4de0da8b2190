/// The sequential interface of lwIP: connections whose calls wait, and packet buffers that go from the network to the
/// program and back without a copy. On [org.weir.runtime.StackAccess] and any port of [org.weir.runtime.os.OsPort].
@NullMarked
package org.weir.runtime.sequential;

import org.jspecify.annotations.NullMarked;
