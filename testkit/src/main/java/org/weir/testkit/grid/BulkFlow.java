package org.weir.testkit.grid;

import java.lang.foreign.MemorySegment;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.tcp.TcpConnection;
import org.weir.tcp.TcpError;
import org.weir.tcp.TcpHandler;

/// One connection that sends as much as it can, by reference, and the reader at its other end.
final class BulkFlow {
    private static final int CHUNK = 16 * 1024;

    private final PbufPool pool;
    private final MemorySegment source;
    private long unsent;
    private long received;
    private String failure = "";

    /// @param pool the sender's
    /// @param source at least 16 KiB that do not change
    /// @param octets to send; 0 for no end
    BulkFlow(PbufPool pool, MemorySegment source, long octets) {
        this.pool = pool;
        this.source = source;
        this.unsent = octets == 0 ? Long.MAX_VALUE : octets;
    }

    /// Octets that the reader has got.
    long received() {
        return received;
    }

    /// Why the connection ended; empty if it did not.
    String failure() {
        return failure;
    }

    TcpHandler sender() {
        return new Sender();
    }

    TcpHandler reader() {
        return new Reader();
    }

    private final class Sender implements TcpHandler {
        @Override
        public void connected(TcpConnection c) {
            pump(c);
        }

        @Override
        public void writable(TcpConnection c) {
            pump(c);
        }

        private void pump(TcpConnection c) {
            while (unsent > 0) {
                final int length = (int) Math.min(CHUNK, unsent);
                final Pbuf packet = pool.rom(source, 0, length);
                if (packet == null) {
                    throw new IllegalStateException("the sender's pool is too small for this cell");
                }
                if (!c.send(packet)) {
                    packet.release();
                    return;
                }
                unsent -= length;
            }
        }

        @Override
        public void readable(TcpConnection c) {
            // Nothing comes this way.
        }

        @Override
        public void failed(TcpConnection c, TcpError error) {
            failure = "sender: " + error;
        }
    }

    private final class Reader implements TcpHandler {
        @Override
        public void readable(TcpConnection c) {
            final int octets = c.receivedOctets();
            received += octets;
            c.consume(octets);
        }

        @Override
        public void failed(TcpConnection c, TcpError error) {
            failure = "reader: " + error;
        }
    }
}
