package org.weir.preload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.weir.drivers.Epoll;
import org.weir.preload.Program.End;
import org.weir.stack.Errno;
import org.weir.stack.SocketAddress;
import org.weir.stack.Sockets;

/// Connections on their way from the stack to a program that listens.
class OfferTest extends AtTheDoor {
    /// At least what the pair of a listening socket holds, and one more that does not go into it.
    private static final int AHEAD = 8;

    private End listening(int backlog) {
        final End listener = stream();
        assertEquals(0, program.ask(Protocol.BIND, listener, 0, PORT, 0));
        assertEquals(0, program.ask(Protocol.LISTEN, listener, 0, 0, backlog));
        return listener;
    }

    private int farConnects() {
        final int socket = far.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
        assertEquals(
                -Errno.EINPROGRESS,
                far.connect(socket, new SocketAddress(network.client().address(), PORT)));
        return socket;
    }

    private boolean isConnected(int socket) {
        return (far.ready(socket) & Sockets.POLLOUT) != 0;
    }

    private void farHearsTheEnd(int socket) {
        until(() -> far.receive(socket, in, 0, 1, 0) == 0);
        assertEquals(0, far.close(socket));
    }

    @Test
    void aConnectionWaitsUntilThereIsASocketForIt() {
        final End listener = listening(4);
        final List<End> others = new ArrayList<>();
        for (int i = network.client().stack().config().sockets() - 1; i > 0; i--) {
            others.add(stream());
        }
        final int first = farConnects();
        final int second = farConnects();
        until(() -> isConnected(first) && isConnected(second));
        assertEquals(0, program.events(listener) & Epoll.EPOLLIN);
        assertTrue(server.refusals() > 0);

        program.close(others.removeLast());
        program.close(program.accept(listener));
        program.close(program.accept(listener));
        farHearsTheEnd(first);
        farHearsTheEnd(second);
        others.forEach(program::close);
        program.close(listener);
    }

    @Test
    void theBacklogIsWhatTheProgramHasAskedFor() {
        final End listener = listening(2);
        final List<Integer> all = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            all.add(farConnects());
        }
        until(() -> all.stream().allMatch(this::isConnected));
        // Who was answered with a cookie is taken in by what it sends.
        all.forEach(socket -> assertEquals(1, far.send(socket, out, 0, 1)));
        program.await(listener, Epoll.EPOLLIN);
        assertTrue(server.open() <= 1 + AHEAD, () -> server.open() + " sockets, one of which listens");
        for (int i = 0; i < all.size(); i++) {
            final End accepted = program.accept(listener);
            reads(accepted, "\0");
            program.close(accepted);
        }
        for (final int socket : all) {
            farHearsTheEnd(socket);
        }
        program.close(listener);
    }

    @Test
    void aConnectionThatIsResetBeforeItIsHandedOverIsHandedOverAllTheSame() {
        final End listener = listening(16);
        final List<Integer> all = new ArrayList<>();
        for (int i = 0; i < AHEAD + 2; i++) {
            all.add(farConnects());
        }
        until(() -> all.stream().allMatch(this::isConnected));
        for (final int socket : all) {
            far.linger(socket, true, 0);
            assertEquals(0, far.close(socket));
        }
        for (int i = 0; i < all.size(); i++) {
            final End accepted = program.accept(listener);
            program.await(accepted, Epoll.EPOLLERR | Epoll.EPOLLHUP);
            program.close(accepted);
        }
        until(() -> server.open() == 1);
        program.close(listener);
    }
}
