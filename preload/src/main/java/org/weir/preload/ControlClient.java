package org.weir.preload;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.weir.drivers.Epoll;
import org.weir.drivers.UnixMessage;
import org.weir.drivers.UnixSockets;

/// A program's connection to the control socket: reads its requests, answers each.
final class ControlClient extends Watched {
    /// Requests that are answered before others have their turn.
    private static final int BUDGET = 16;

    private final PreloadServer server;
    private final UnixSockets unix;
    private final Calls calls;
    private final MemorySegment request;
    private final UnixMessage message;

    /// It has asked for a name and waits for the answer: the number of that wait, or of the last one.
    private boolean isWaiting;
    private int wait;

    @Nullable
    ControlClient nextFree;

    ControlClient(PreloadServer server, UnixSockets unix, Calls calls, Scratch requests, UnixMessage message) {
        this.server = server;
        this.unix = unix;
        this.calls = calls;
        this.request = requests.memory();
        this.message = message;
    }

    @Override
    void happened(int events) {
        for (int i = 0; i < BUDGET && fd != NO_FILE; i++) {
            final int length = unix.receive(fd, request, 0, Protocol.REQUEST_SIZE + Protocol.VALUE_MAX + 1);
            if (length <= 0) {
                if (length == 0 || (events & (Epoll.EPOLLHUP | Epoll.EPOLLERR)) != 0) {
                    server.leave(this);
                }
                return;
            }
            if (isWaiting || !isWhole(length) || !answer()) {
                server.expel(this);
            }
        }
    }

    // ---- an answer that comes later ----

    int beginsToWait() {
        isWaiting = true;
        return ++wait;
    }

    /// False if the program of that wait has gone.
    boolean stillWaits(int forThat) {
        return isWaiting && wait == forThat;
    }

    /// Sends the first `length` octets of the reply.
    void answersLate(int length) {
        isWaiting = false;
        if (message.begin().piece(calls.reply(), 0, length).send(fd) != length) {
            server.expel(this);
        }
    }

    /// The connection goes to the next program.
    void forget() {
        isWaiting = false;
    }

    // ---- requests ----

    private boolean isWhole(int length) {
        return length >= Protocol.REQUEST_SIZE
                && Protocol.i32(request, Protocol.REQUEST_VERSION) == Protocol.VERSION
                && length == Protocol.REQUEST_SIZE + Protocol.u16(request, Protocol.REQUEST_LENGTH);
    }

    /// Returns false if the program does not take the answer, or asks for something that there is not.
    private boolean answer() {
        final int length = calls.execute(this, request);
        if (length <= 0) {
            return length == 0;
        }
        message.begin().piece(calls.reply(), 0, length);
        final int programEnd = server.takeProgramEnd();
        if (programEnd == NO_FILE) {
            return message.send(fd) == length;
        }
        final int sent = message.descriptor(programEnd).send(fd);
        unix.close(programEnd);
        return sent == length;
    }
}
