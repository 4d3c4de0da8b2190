package org.weir.testkit.torture;

import java.lang.foreign.MemorySegment;
import org.weir.stack.Errno;
import org.weir.stack.SocketOptions;
import org.weir.stack.Sockets;

/// An end that uses the BSD-like sockets.
final class SocketPipe implements Pipe {
    private final Sockets sockets;
    private final int descriptor;
    private final TortureEnd end;
    private final MemorySegment buffer;

    /// @param buffer for what is sent and received
    SocketPipe(Sockets sockets, int descriptor, TortureEnd end, MemorySegment buffer) {
        this.sockets = sockets;
        this.descriptor = descriptor;
        this.end = end;
        this.buffer = buffer;
        sockets.setOption(
                descriptor,
                SocketOptions.IPPROTO_TCP,
                SocketOptions.TCP_NODELAY,
                end.plan().noDelay() ? 1 : 0);
        sockets.callback(descriptor, (_, _) -> end.pump());
    }

    @Override
    public int write(long position, int length) {
        end.output().fill(buffer, 0, position, length);
        final int taken = sockets.send(descriptor, buffer, 0, length);
        if (taken < 0 && taken != -Errno.EAGAIN) {
            end.failed("errno " + -taken + " of send");
        }
        return Math.max(0, taken);
    }

    @Override
    public int read(long position, int length) {
        final int octets = sockets.receive(descriptor, buffer, 0, length, 0);
        if (octets > 0) {
            end.input().check(buffer, 0, position, octets);
            return octets;
        }
        if (octets == 0) {
            return END;
        }
        // Before it is connected there is nothing to read.
        if (octets != -Errno.EAGAIN && octets != -Errno.ENOTCONN) {
            end.failed("errno " + -octets + " of receive");
        }
        return 0;
    }

    @Override
    public boolean shutdownOutput() {
        return sockets.shutdown(descriptor, Sockets.SHUT_WR) == 0;
    }

    @Override
    public void close() {
        sockets.close(descriptor);
    }

    /// There is no reset without SO_LINGER.
    @Override
    public void abort() {
        sockets.close(descriptor);
    }
}
