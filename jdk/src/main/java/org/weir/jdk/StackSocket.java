package org.weir.jdk;

import java.net.InetSocketAddress;
import java.net.SocketException;
import org.jspecify.annotations.Nullable;
import org.weir.stack.Errno;
import org.weir.stack.SocketAddress;
import org.weir.stack.SocketCallback;
import org.weir.stack.SocketOptions;
import org.weir.stack.Sockets;
import org.weir.stack.Stack;

/// A socket of the stack: its descriptor, the gates where threads wait for it, and the keys that watch it.
final class StackSocket extends ReadinessSource implements SocketCallback {
    private static final int INPUT = Sockets.POLLIN | Sockets.POLLERR | Sockets.POLLHUP;
    private static final int OUTPUT = Sockets.POLLOUT | Sockets.POLLERR | Sockets.POLLHUP;

    private final StackHost host;
    private final int descriptor;
    private final Gate input;
    private final Gate output;
    private final SocketAddress connected = new SocketAddress();

    private StackSocket(StackHost host, int descriptor) {
        this.host = host;
        this.input = host.newGate();
        this.output = host.newGate();
        this.descriptor = descriptor;
    }

    /// Opens one of a type of [Sockets].
    static StackSocket open(StackHost host, int type) throws SocketException {
        final int descriptor = host.demand(sockets -> sockets.socket(Sockets.AF_INET, type));
        final StackSocket socket = new StackSocket(host, descriptor);
        host.opened(socket);
        host.demand(sockets -> sockets.callback(descriptor, socket));
        return socket;
    }

    /// One that the stack has opened, by its owner.
    static StackSocket adopt(StackHost host, Sockets sockets, int descriptor) {
        final StackSocket socket = new StackSocket(host, descriptor);
        host.opened(socket);
        sockets.callback(descriptor, socket);
        return socket;
    }

    StackHost host() {
        return host;
    }

    int descriptor() {
        return descriptor;
    }

    /// Where readers and acceptors wait.
    Gate input() {
        return input;
    }

    /// Where writers wait, and who connects.
    Gate output() {
        return output;
    }

    @Override
    public void ready(int ignored, int events) {
        if ((events & INPUT) != 0) {
            input.open();
        }
        if ((events & OUTPUT) != 0) {
            output.open();
        }
        changed(events);
    }

    /// Lets all who wait look again: the channel's state has changed, or the stack has ended.
    void lookAgain() {
        input.open();
        output.open();
        changed(Sockets.POLLERR);
    }

    @Override
    boolean isOfStack() {
        return true;
    }

    @Override
    int poll(@Nullable Stack stack) {
        return stack == null ? 0 : Math.max(0, stack.sockets().ready(descriptor));
    }

    /// Ends it; what the stack says to that is of no use to anybody.
    void close() {
        host.closed(this);
        try {
            host.ask(sockets -> sockets.close(descriptor));
        } catch (SocketException e) {
            assert e.getCause() != null : "the stack has ended, and the socket with it";
        }
        input.open();
        output.open();
    }

    /// Ends directions of a connection, as [Sockets#shutdown] names them; who waits in one looks again.
    void shutdown(int how) throws SocketException {
        host.ask(sockets -> sockets.shutdown(descriptor, how));
        lookAgain();
    }

    InetSocketAddress localAddress() throws SocketException {
        final SocketAddress local = new SocketAddress();
        host.demand(sockets -> sockets.localAddress(descriptor, local));
        return Addresses.of(local);
    }

    /// The local end as [#pollConnect] has seen it, which is how it was when the connection was there; as it is
    /// now, if connecting did not have to wait.
    InetSocketAddress connectedAddress() throws SocketException {
        return connected.port() == 0 ? localAddress() : Addresses.of(connected);
    }

    void bind(InetSocketAddress local) throws SocketException {
        final SocketAddress name = Addresses.of(local);
        host.demand(sockets -> sockets.bind(descriptor, name));
    }

    /// True if it is connected; false if that goes on.
    ///
    /// @throws SocketException if it has failed
    boolean pollConnect() throws SocketException {
        final int ready = host.ask(sockets -> {
            final int error = sockets.option(descriptor, SocketOptions.SOL_SOCKET, SocketOptions.SO_ERROR);
            // A connection that is reset has no name any more: what it is called now stays true.
            sockets.localAddress(descriptor, connected);
            return error != 0 ? -Math.abs(error) : sockets.ready(descriptor);
        });
        if (ready < 0 && ready != -Errno.EBADF) {
            throw Failures.of(ready);
        }
        return ready > 0 && (ready & Sockets.POLLOUT) != 0;
    }
}
