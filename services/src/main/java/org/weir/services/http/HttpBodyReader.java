package org.weir.services.http;

import java.lang.foreign.MemorySegment;

/// Takes the body of a request as it arrives. Called in the owner's thread.
public interface HttpBodyReader {
    /// The next `length` octets of the body, at `offset` of `memory` (borrowed until this returns).
    void piece(MemorySegment memory, long offset, int length);

    /// There were all of them. Not called for a body that ends early, is malformed or is too long: that one is
    /// refused before.
    void end();
}
