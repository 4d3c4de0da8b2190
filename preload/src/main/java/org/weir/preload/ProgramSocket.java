package org.weir.preload;

import org.jspecify.annotations.Nullable;
import org.weir.drivers.Epoll;
import org.weir.raw.RawEndpoint;
import org.weir.raw.RawHandler;
import org.weir.stack.SocketCallback;

/// One socket of a program: our end of its pair, and the socket of the stack that it stands for. What happens at either
/// end is told to the pump that serves it now.
final class ProgramSocket extends Watched implements SocketCallback, RawHandler {
    private final PreloadServer server;

    /// Its name; 0 while it is free.
    long id;
    /// Of the stack; [#NO_FILE] if [#raw] is its socket.
    int descriptor;

    @Nullable
    RawEndpoint raw;

    char kind;
    Pump pump = Pump.NONE;
    /// Who asked for it: whoever sends nonsense there loses it.
    @Nullable
    ControlClient owner;

    // ---- the program's end ----

    /// There may be something to read.
    boolean readable;
    /// It writes no more.
    boolean ended;
    /// It was closed.
    boolean gone;
    /// It was closed with octets in it that nobody will read.
    boolean reset;

    // ---- a stream ----

    /// Octets that the program's library put in front of what the program sends.
    int filler;
    /// The next octet has been passed on and was left, see `protocol.h`.
    boolean stale;
    /// The program has been told that its peer sends no more.
    boolean endTold;
    /// The peer has been told that the program sends no more.
    boolean endSent;

    // ---- a listening stream ----

    /// Accepted, and not taken by the program's end yet; [#offeredFd] is the descriptor that it is to get.
    @Nullable
    ProgramSocket offered;

    int offeredFd = NO_FILE;

    // ---- links ----

    @Nullable
    ProgramSocket nextAgain;

    @Nullable
    ProgramSocket nextWithoutRoom;

    @Nullable
    ProgramSocket nextFree;

    ProgramSocket(PreloadServer server) {
        this.server = server;
    }

    /// Begins to be the socket `newId` of the stack's `newDescriptor`.
    void open(long newId, char newKind, int newDescriptor, @Nullable ControlClient client) {
        id = newId;
        kind = newKind;
        descriptor = newDescriptor;
        raw = null;
        owner = client;
        pump = Pump.NONE;
        readable = false;
        ended = false;
        gone = false;
        reset = false;
        filler = 0;
        stale = false;
        endTold = false;
        endSent = false;
        offered = null;
        offeredFd = NO_FILE;
    }

    /// At the program's end.
    @Override
    void happened(int events) {
        readable |= (events & ~Epoll.EPOLLOUT) != 0;
        ended |= (events & (Epoll.EPOLLRDHUP | Epoll.EPOLLHUP)) != 0;
        gone |= (events & Epoll.EPOLLHUP) != 0;
        reset |= gone && (events & Epoll.EPOLLERR) != 0;
        server.serve(this);
    }

    /// At the stack's end.
    @Override
    public void readable(RawEndpoint endpoint) {
        server.serve(this);
    }

    /// At the stack's end.
    @Override
    public void ready(int ofStack, int events) {
        server.serve(this);
    }
}
