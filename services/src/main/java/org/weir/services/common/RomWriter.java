package org.weir.services.common;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.tcp.TcpConnection;

/// Sends memory that stays as it is for as long as the stack lives, without copying it where that pays.
public final class RomWriter {
    /// Octets in one buffer at most, so that a length is always an `int`.
    private static final int LONGEST = 1 << 20;

    private final PbufPool pool;
    /// Less than this is copied, which is cheaper than a buffer of its own.
    private final int leastByReference;

    public RomWriter(PbufPool pool) {
        this.pool = pool;
        this.leastByReference = pool.pageSize() / 2;
    }

    /// Queues as much as fits of the `length` octets at `offset` of `memory`, which is native.
    ///
    /// @return how many; if they are fewer than `length`, [org.weir.tcp.TcpHandler#writable] follows
    public long send(TcpConnection c, MemorySegment memory, long offset, long length) {
        long sent = 0;
        while (sent < length) {
            final int piece = (int) Math.min(Math.min(length - sent, c.sendRoom()), LONGEST);
            if (piece >= leastByReference && sendByReference(c, memory, offset + sent, piece)) {
                sent += piece;
                continue;
            }
            final int wanted = (int) Math.min(length - sent, leastByReference);
            final int copied = c.write(memory, offset + sent, wanted);
            sent += copied;
            if (copied < wanted) {
                break;
            }
        }
        return sent;
    }

    private boolean sendByReference(TcpConnection c, MemorySegment memory, long offset, int length) {
        final @Nullable Pbuf packet = pool.rom(memory, offset, length);
        if (packet == null) {
            return false;
        }
        if (!c.send(packet)) {
            packet.release();
            return false;
        }
        return true;
    }
}
