/// A stub resolver with a cache, on the raw interface of a stack. Read first: `Resolver`, `Exchange`, `AnswerCache`.
///
/// ```text
///   Resolver -> HostLookup -> AnswerCache -> Exchange -> UDP, or ServerStream -> TCP
/// ```
@NullMarked
package org.weir.dns;

import org.jspecify.annotations.NullMarked;
