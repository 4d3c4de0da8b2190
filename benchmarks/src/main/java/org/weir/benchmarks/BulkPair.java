package org.weir.benchmarks;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.weir.memory.Pbuf;
import org.weir.stack.StackConfig;
import org.weir.tcp.TcpConnection;
import org.weir.tcp.TcpError;
import org.weir.tcp.TcpHandler;

/// One connection that carries as much as it can in one direction.
final class BulkPair implements AutoCloseable {
    private static final int CHUNK = 64 * 1024;

    private final HostPair hosts;
    private final MemorySegment source = Arena.ofAuto().allocate(CHUNK);
    private final boolean byReference;
    private long received;

    /// @param byReference send ROM packet buffers instead of copying into the send queue
    BulkPair(boolean byReference) {
        this(new HostPair(StackConfig.defaults()), byReference);
    }

    /// One more connection between `hosts` (taken).
    BulkPair(HostPair hosts, boolean byReference) {
        this.hosts = hosts;
        this.byReference = byReference;
        hosts.connect(new Source(), new Sink());
    }

    HostPair hosts() {
        return hosts;
    }

    long received() {
        return received;
    }

    /// Segments that the sending end has sent.
    long segments() {
        return hosts.client().tcp().counters().segmentsSent();
    }

    void runFor(long ns) {
        final long end = System.nanoTime() + ns;
        long now = System.nanoTime();
        while (now - end < 0) {
            hosts.poll(now);
            now = System.nanoTime();
        }
    }

    @Override
    public void close() {
        hosts.close();
    }

    private final class Source implements TcpHandler {
        @Override
        public void connected(TcpConnection c) {
            pump(c);
        }

        @Override
        public void writable(TcpConnection c) {
            pump(c);
        }

        private void pump(TcpConnection c) {
            while (byReference ? sendReference(c) : c.write(source, 0, CHUNK) == CHUNK) {
                continue;
            }
        }

        private boolean sendReference(TcpConnection c) {
            final Pbuf packet = hosts.client().pool().rom(source, 0, CHUNK);
            if (packet == null) {
                return false;
            }
            if (!c.send(packet)) {
                packet.release();
                return false;
            }
            return true;
        }

        @Override
        public void readable(TcpConnection c) {
            // Nothing comes this way.
        }

        @Override
        public void failed(TcpConnection c, TcpError error) {
            throw new IllegalStateException("the connection failed: " + error);
        }
    }

    private final class Sink implements TcpHandler {
        @Override
        public void readable(TcpConnection c) {
            final int octets = c.receivedOctets();
            received += octets;
            c.consume(octets);
        }

        @Override
        public void failed(TcpConnection c, TcpError error) {
            throw new IllegalStateException("the connection failed: " + error);
        }
    }
}
