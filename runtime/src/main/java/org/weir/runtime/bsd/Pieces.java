package org.weir.runtime.bsd;

import java.lang.foreign.MemorySegment;
import org.weir.memory.OctetSource;
import org.weir.memory.OctetTarget;

/// Pieces of memory one behind the other, as `struct iovec` lists them, from some octet on.
final class Pieces implements OctetSource, OctetTarget {
    private final MemorySegment[] pieces;
    private final int length;
    /// Octets that are passed over.
    int skipped;

    Pieces(MemorySegment... pieces) {
        this.pieces = pieces.clone();
        long total = 0;
        for (final MemorySegment piece : pieces) {
            total += piece.byteSize();
        }
        length = (int) Math.min(total, Integer.MAX_VALUE);
    }

    /// Octets behind those that are passed over.
    int length() {
        return length - skipped;
    }

    @Override
    public void get(int from, MemorySegment target, long offset, int octets) {
        copy(from, target, offset, octets, false);
    }

    @Override
    public void put(int at, MemorySegment source, long offset, int octets) {
        copy(at, source, offset, octets, true);
    }

    private void copy(int from, MemorySegment other, long offset, int octets, boolean toPieces) {
        long skip = (long) skipped + from;
        int done = 0;
        for (int i = 0; done < octets; i++) {
            final MemorySegment piece = pieces[i];
            if (skip >= piece.byteSize()) {
                skip -= piece.byteSize();
                continue;
            }
            final long run = Math.min(piece.byteSize() - skip, octets - done);
            if (toPieces) {
                MemorySegment.copy(other, offset + done, piece, skip, run);
            } else {
                MemorySegment.copy(piece, skip, other, offset + done, run);
            }
            done += (int) run;
            skip = 0;
        }
    }
}
