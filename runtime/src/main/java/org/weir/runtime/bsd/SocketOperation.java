package org.weir.runtime.bsd;

import org.weir.stack.Errno;
import org.weir.stack.Sockets;

/// An operation on one socket.
abstract class SocketOperation extends Operation {
    private final BlockingSockets home;
    private final boolean dontWait;
    private final int events;
    final int descriptor;

    /// @param events the bits of [Sockets] after which to try again: one for input, another for output
    /// @param flags [BlockingSockets#MSG_DONTWAIT] not to wait at all
    SocketOperation(BlockingSockets home, int descriptor, int events, int flags) {
        super(home);
        this.home = home;
        this.descriptor = descriptor;
        this.events = events;
        this.dontWait = (flags & BlockingSockets.MSG_DONTWAIT) != 0;
    }

    /// As [Operation#attempt], with a socket that there is.
    protected abstract int tryOn(Sockets sockets);

    @Override
    protected final int attempt(Sockets sockets) {
        if (sockets.ready(descriptor) < 0) {
            timeoutNs = 0;
            return -Errno.EBADF;
        }
        final WaitQueue queue = home.queueOf(descriptor);
        final long patience = events == Sockets.POLLIN ? queue.receiveTimeoutNs : queue.sendTimeoutNs;
        timeoutNs = dontWait || queue.nonBlocking ? 0 : patience;
        return tryOn(sockets);
    }

    @Override
    protected final void join(Wait waiting) {
        waiting.join(home.queueOf(descriptor), events);
    }

    @Override
    protected int partial(int reason) {
        return reason;
    }
}
