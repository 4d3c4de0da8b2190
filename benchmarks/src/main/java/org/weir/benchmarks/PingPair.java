package org.weir.benchmarks;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.weir.stack.StackConfig;
import org.weir.tcp.TcpConnection;
import org.weir.tcp.TcpError;
import org.weir.tcp.TcpHandler;

/// One connection over which an octet goes to and fro.
final class PingPair implements AutoCloseable {
    private final HostPair hosts = new HostPair(StackConfig.small());
    private final MemorySegment octet = Arena.ofAuto().allocate(1);
    private final TcpConnection near;
    private long answers;

    PingPair() {
        near = hosts.connect(new Pinger(), new Echoer());
        near.noDelay(true);
        while (near.sendRoom() == 0 || near.roundTripTimeNs() == 0) {
            hosts.poll(System.nanoTime());
        }
    }

    /// Sends the octet and waits for it, `count` times.
    void exchange(int count) {
        final long end = answers + count;
        while (answers < end) {
            final long before = answers;
            near.write(octet, 0, 1);
            while (answers == before) {
                hosts.poll(System.nanoTime());
            }
        }
    }

    @Override
    public void close() {
        hosts.close();
    }

    private final class Pinger implements TcpHandler {
        @Override
        public void readable(TcpConnection c) {
            c.consume(c.receivedOctets());
            answers++;
        }

        @Override
        public void failed(TcpConnection c, TcpError error) {
            throw new IllegalStateException("the connection failed: " + error);
        }
    }

    private final class Echoer implements TcpHandler {
        @Override
        public void readable(TcpConnection c) {
            c.read(octet, 0, 1);
            c.write(octet, 0, 1);
        }

        @Override
        public void failed(TcpConnection c, TcpError error) {
            throw new IllegalStateException("the connection failed: " + error);
        }
    }
}
