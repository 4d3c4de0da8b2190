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

    /// Who answers requests for a path, by whatever method. Null if that is [#find], for GET and HEAD.
    default @Nullable HttpHandler handler(MemorySegment path, int from, int to) {
        return null;
    }
}
