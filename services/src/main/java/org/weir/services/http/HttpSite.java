package org.weir.services.http;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// What an HTTP server serves. Called in the owner's thread.
@FunctionalInterface
public interface HttpSite {
    /// The content of a path: the octets `from` to `to` (exclusive) of `path` (borrowed), percent-decoded, without
    /// the leading `/` and free of `.` and `..` segments. Null if there is none.
    @Nullable
    HttpContent find(MemorySegment path, int from, int to);
}
