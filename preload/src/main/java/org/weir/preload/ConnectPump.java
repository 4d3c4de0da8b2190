package org.weir.preload;

import org.weir.drivers.UnixSockets;
import org.weir.stack.Sockets;

/// Waits for a connection that a program has asked for: its end is full of filler meanwhile, and so not writable.
final class ConnectPump implements Pump {
    private final Sockets sockets;
    private final UnixSockets unix;
    private final Scratch scratch;
    private final StreamPump stream;

    ConnectPump(Sockets sockets, UnixSockets unix, Scratch scratch, StreamPump stream) {
        this.sockets = sockets;
        this.unix = unix;
        this.scratch = scratch;
        this.stream = stream;
    }

    @Override
    public boolean serve(PreloadServer server, ProgramSocket s) {
        if (s.gone) {
            server.close(s);
            return false;
        }
        if (sockets.connection(s.descriptor) != null) {
            dropFiller(s);
            s.pump = stream;
            return stream.serve(server, s);
        }
        if ((sockets.ready(s.descriptor) & Sockets.POLLERR) != 0) {
            server.fail(s);
        }
        return false;
    }

    /// Makes the program's end writable. The last octet stays: it is the one that is always left.
    void dropFiller(ProgramSocket s) {
        int left = s.stale ? s.filler : s.filler - 1;
        while (left > 0) {
            final int count = unix.receive(s.fd, scratch.memory(), 0, Math.min(left, Scratch.SIZE));
            if (count <= 0) {
                break;
            }
            left -= count;
        }
        s.stale |= s.filler > 0;
        s.filler = 0;
    }
}
