package org.weir.services.http;

import java.lang.foreign.MemorySegment;

/// Where the body of a request lies in what arrives, RFC 9112 section 6: nowhere, as many octets as a length says, or
/// in chunks.
final class RequestBody {
    private final ChunkedBody chunks = new ChunkedBody();
    private boolean isChunked;
    private long left;
    private long taken;

    void begin(RequestFields fields) {
        isChunked = fields.isChunked();
        left = fields.bodyLength();
        taken = 0;
        if (isChunked) {
            chunks.begin();
        }
    }

    /// Passes over what is not data from `from` on. Returns where data lies, or `to`.
    int skipFrame(MemorySegment buffer, int from, int to) {
        return isChunked ? chunks.skipFrame(buffer, from, to) : from;
    }

    /// Octets of data that lie next, arrived or not.
    long left() {
        return isChunked ? chunks.left() : left;
    }

    /// `octets` of the data were read.
    void take(int octets) {
        taken += octets;
        if (isChunked) {
            chunks.take(octets);
        } else {
            left -= octets;
        }
    }

    /// Octets of data read so far.
    long taken() {
        return taken;
    }

    boolean isOver() {
        return isChunked ? chunks.isOver() : left == 0;
    }

    boolean isMalformed() {
        return isChunked && chunks.isMalformed();
    }
}
