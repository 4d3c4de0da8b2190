package org.weir.preload;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.weir.drivers.UnixMessage;
import org.weir.drivers.UnixSockets;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.stack.Errno;
import org.weir.stack.Sockets;
import org.weir.tcp.TcpConnection;

/// Moves octets between a program and its connection: the kernel copies them from the program's end into the pages that
/// TCP sends, and from those that TCP received into the program's end. There is no other copy.
///
/// The last octet is passed on and left in our end, see `protocol.h`.
final class StreamPump implements Pump {
    /// Octets that one call moves at most in each direction, so that others have their turn.
    private static final int BUDGET = 256 * 1_024;
    /// Pages that one message is gathered from.
    private static final int PIECES = 256;

    private final Sockets sockets;
    private final PbufPool pool;
    private final UnixSockets unix;
    private final Scratch scratch;
    private final UnixMessage message = new UnixMessage(PIECES);

    StreamPump(Sockets sockets, PbufPool pool, UnixSockets unix, Scratch scratch) {
        this.pool = pool;
        this.sockets = sockets;
        this.unix = unix;
        this.scratch = scratch;
    }

    @Override
    public boolean serve(PreloadServer server, ProgramSocket s) {
        final TcpConnection c = sockets.connection(s.descriptor);
        if (c == null) {
            server.fail(s);
            return false;
        }
        if (s.reset) {
            server.abort(s);
            return false;
        }
        final boolean moreFromProgram = fromProgram(s, c);
        final boolean moreToProgram = toProgram(s, c);
        if (s.ended && !s.readable) {
            endOutput(s);
            if (s.gone) {
                dropStale(s);
                // Or what the program has sent would be given up with it: a close with something unread is a reset.
                c.consume(c.receivedOctets());
                server.close(s);
                return false;
            }
        }
        return moreFromProgram || moreToProgram;
    }

    /// Without the octet in it our end closes without an error: a hang-up is also what two ends look like that were
    /// both shut, and the program may still read its own.
    private void dropStale(ProgramSocket s) {
        if (s.stale) {
            unix.receive(s.fd, scratch.memory(), 0, 1);
            s.stale = false;
        }
    }

    private void endOutput(ProgramSocket s) {
        if (!s.endSent) {
            s.endSent = true;
            sockets.shutdown(s.descriptor, Sockets.SHUT_WR);
        }
    }

    // ---- from the program ----

    /// Returns true if there is more to read and room for it.
    private boolean fromProgram(ProgramSocket s, TcpConnection c) {
        if (!s.readable) {
            return false;
        }
        final int fresh = unix.available(s.fd) - (s.stale ? 1 : 0);
        if (fresh > 0 && !c.takesOctets()) {
            return false;
        }
        final int wanted = Math.min(Math.min(fresh, BUDGET), c.sendRoom());
        final int moved = wanted <= pool.pageSize() / 2 ? intoPage(s, c, wanted) : intoPages(s, c, wanted);
        // What came meanwhile is told of again.
        s.readable = moved < fresh;
        return s.readable && moved > 0;
    }

    /// Adds up to `wanted` octets to the page that TCP sends last. Returns how many.
    private int intoPage(ProgramSocket s, TcpConnection c, int wanted) {
        final Pbuf page = wanted <= 0 ? null : c.claim();
        if (page == null) {
            return 0;
        }
        final int length = Math.min(wanted, page.tailroom());
        final long at = page.offset() + page.length();
        begin(s);
        if (length > 1) {
            message.piece(page.segment(), at, length - 1);
        }
        final int count = read(s, length, page.segment(), at + length - 1);
        c.commit(count);
        return count;
    }

    /// Queues up to `wanted` octets, for which there is room, in pages of their own. Returns how many.
    private int intoPages(ProgramSocket s, TcpConnection c, int wanted) {
        final Pbuf packet = pool.takeForSending(wanted);
        if (packet == null) {
            return intoPage(s, c, wanted);
        }
        begin(s);
        Pbuf end = packet;
        for (Pbuf p = packet; p != null; p = p.next()) {
            message.piece(p.segment(), p.offset(), p.next() == null ? p.length() - 1 : p.length());
            end = p;
        }
        final int count = read(s, packet.totalLength(), end.segment(), end.offset() + end.length() - 1);
        packet.trimTo(count);
        if (count == 0 || !c.send(packet)) {
            packet.release();
        }
        return count;
    }

    private void begin(ProgramSocket s) {
        message.begin();
        if (s.stale) {
            message.piece(scratch.memory(), 0, 1);
        }
    }

    /// Reads `length` octets, which are known to be there: all but the last into the message's pieces, and that,
    /// which stays, to `at`. Returns how many came.
    private int read(ProgramSocket s, int length, MemorySegment segment, long at) {
        if (message.octets() > 0) {
            final int count = message.receive(s.fd) - (s.stale ? 1 : 0);
            s.stale &= count < 0;
            if (count < length - 1) {
                return Math.max(0, count);
            }
        }
        s.stale = unix.peek(s.fd, segment, at, 1) == 1;
        return s.stale ? length : length - 1;
    }

    // ---- to the program ----

    private boolean toProgram(ProgramSocket s, TcpConnection c) {
        int moved = 0;
        while (c.receivedOctets() > 0) {
            if (moved >= BUDGET) {
                return true;
            }
            final int sent = gather(c.received()).send(s.fd);
            if (sent <= 0) {
                return tryAgain(s, c);
            }
            c.consume(sent);
            moved += sent;
        }
        if (c.endOfStream() && !s.endTold) {
            s.endTold = true;
            unix.shutdownOutput(s.fd);
        }
        return false;
    }

    private UnixMessage gather(@Nullable Pbuf first) {
        message.begin();
        for (Pbuf p = first; p != null && !message.isFull(); p = p.next()) {
            message.piece(p.segment(), p.offset(), p.length());
        }
        return message;
    }

    /// After a send that failed: the way was full, and then the program will tell when there is room; or it has
    /// shut its input, and what it does not want is thrown away; or the kernel is out of memory, and another try is
    /// due. The program may have emptied a full one between the two looks. Returns true if there is more to do.
    private boolean tryAgain(ProgramSocket s, TcpConnection c) {
        if (unix.unsent(s.fd) != 0) {
            return false;
        }
        final int sent = gather(c.received()).sendOrTell(s.fd);
        if (sent > 0) {
            c.consume(sent);
        } else if (sent == -Errno.EPIPE) {
            c.consume(c.receivedOctets());
        }
        return true;
    }
}
