package org.weir.testkit.torture;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.tcp.TcpConnection;
import org.weir.tcp.TcpError;
import org.weir.tcp.TcpHandler;
import org.weir.tcp.TcpState;

/// An end that uses the raw interface.
final class RawPipe implements Pipe, TcpHandler {
    private final TcpConnection connection;
    private final TortureEnd end;
    private final PbufPool pool;
    private final MemorySegment buffer;
    private final EndPlan.Door door;
    /// Everything that is sent by reference, which must not change while it may be sent again.
    private final @Nullable MemorySegment stream;

    /// @param buffer for copies
    RawPipe(TcpConnection connection, TortureEnd end, PbufPool pool, MemorySegment buffer) {
        this.connection = connection;
        this.end = end;
        this.pool = pool;
        this.buffer = buffer;
        this.door = end.plan().door();
        if (door == EndPlan.Door.RAW_REFERENCE) {
            stream = MemorySegment.ofArray(new byte[end.plan().octets()]);
            end.output().fill(stream, 0, 0, end.plan().octets());
        } else {
            stream = null;
        }
        connection.noDelay(end.plan().noDelay());
    }

    @Override
    public int write(long position, int length) {
        return switch (door) {
            case RAW, SOCKETS -> copy(position, length);
            case RAW_PAGES -> intoPages(position, length);
            case RAW_REFERENCE -> byReference(position, length);
        };
    }

    private int copy(long position, int length) {
        end.output().fill(buffer, 0, position, length);
        return connection.write(buffer, 0, length);
    }

    private int intoPages(long position, int length) {
        int written = 0;
        while (written < length) {
            final Pbuf page = connection.claim();
            if (page == null) {
                break;
            }
            final int octets = Math.min(Math.min(page.tailroom(), connection.sendRoom()), length - written);
            end.output().fill(page.segment(), page.offset() + page.length(), position + written, octets);
            connection.commit(octets);
            written += octets;
        }
        return written;
    }

    private int byReference(long position, int length) {
        // A packet larger than the whole buffer would never be taken.
        final int octets = Math.min(length, Math.max(1, connection.sendRoom()));
        final Pbuf packet = stream == null ? null : pool.rom(stream, position, octets);
        if (packet == null) {
            return copy(position, length);
        }
        if (connection.send(packet)) {
            return octets == length ? octets : octets + copy(position + octets, length - octets);
        }
        packet.release();
        return 0;
    }

    @Override
    public int read(long position, int length) {
        if (connection.endOfStream()) {
            return END;
        }
        if (door == EndPlan.Door.RAW_PAGES) {
            return readInPlace(position, length);
        }
        final int octets = connection.read(buffer, 0, length);
        end.input().check(buffer, 0, position, octets);
        return octets;
    }

    private int readInPlace(long position, int length) {
        final Pbuf first = connection.received();
        if (first == null) {
            return 0;
        }
        final int octets = Math.min(length, first.length());
        end.input().check(first.segment(), first.offset(), position, octets);
        connection.consume(octets);
        return octets;
    }

    @Override
    public boolean shutdownOutput() {
        // RFC 9293 section 3.10.4: a CLOSE would end the attempt.
        if (connection.state() == TcpState.SYN_SENT) {
            return false;
        }
        connection.shutdownOutput();
        return true;
    }

    @Override
    public void close() {
        connection.close();
    }

    @Override
    public void abort() {
        connection.abort();
    }

    // ---- being told ----

    @Override
    public void connected(TcpConnection c) {
        end.pump();
    }

    @Override
    public void readable(TcpConnection c) {
        end.pump();
    }

    @Override
    public void writable(TcpConnection c) {
        end.pump();
    }

    @Override
    public void failed(TcpConnection c, TcpError error) {
        end.failed(error.toString());
    }
}
