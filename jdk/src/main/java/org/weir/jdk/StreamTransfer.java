package org.weir.jdk;

import java.net.SocketException;
import org.weir.runtime.StackCall;
import org.weir.stack.Errno;
import org.weir.stack.Sockets;
import org.weir.stack.Stack;

/// Moves octets one way between a stream of the stack and the user's buffers: one call, used again and again under
/// the lock of that direction.
final class StreamTransfer extends StackCall {
    private final StackSocket socket;
    private final boolean receives;
    private final Octets octets;
    private int result;

    StreamTransfer(StackSocket socket, boolean receives) {
        this.socket = socket;
        this.receives = receives;
        this.octets = new Octets(socket.host().views(), receives);
    }

    Octets octets() {
        return octets;
    }

    @Override
    protected void run(Stack stack) {
        final Sockets sockets = stack.sockets();
        result = receives
                ? sockets.receive(socket.descriptor(), octets, octets.length(), 0)
                : sockets.send(socket.descriptor(), octets, octets.length());
    }

    /// Moves what can be moved now. Returns how many octets, or a negated [Errno]; 0 is the end of the stream where
    /// octets were wanted.
    int attempt() throws SocketException {
        (receives ? socket.input() : socket.output()).close();
        socket.host().call(this);
        if (result > 0) {
            octets.advance(result);
        }
        return result;
    }

    /// Waits until another attempt is worth it.
    void await(long deadlineNs) {
        (receives ? socket.input() : socket.output()).await(deadlineNs);
    }

    /// True if nothing could be moved, but something may be later.
    static boolean isUnavailable(int result) {
        return result == -Errno.EAGAIN;
    }
}
