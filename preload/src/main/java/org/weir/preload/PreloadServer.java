package org.weir.preload;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.weir.base.Entropy;
import org.weir.base.ReadyList;
import org.weir.dns.Resolver;
import org.weir.drivers.UnixMessage;
import org.weir.drivers.UnixSockets;
import org.weir.runtime.Polled;
import org.weir.stack.Errno;
import org.weir.stack.SocketOptions;
import org.weir.stack.Sockets;
import org.weir.stack.Stack;

/// The door for native programs: `libweir.so` in such a program asks here for sockets, and each is one end of a socket
/// pair whose other end is served here, in the thread that polls the stack.
///
/// ```text
///   program | end === end | ProgramSocket - Pump | socket of the stack
/// ```
///
/// To be polled in place of its stack, by a [org.weir.runtime.StackLoop] whose waiter also watches [#fileDescriptor].
public final class PreloadServer implements Polled, AutoCloseable {
    /// Programs that may be connected at once; each has one connection, or two while it resolves a name.
    private static final int CLIENTS = 1_024;
    private static final int BACKLOG = 128;
    private static final long UNUSED_LOOK_NS = 100_000;
    /// Less than the kernel goes down to, which then takes two or three messages.
    private static final int LEAST_BUFFER = 0;
    private static final int INDEX_BITS = 20;
    private static final int INDEX_MASK = (1 << INDEX_BITS) - 1;
    private static final String DIGITS = "0123456789abcdef";

    private final Stack stack;
    private final Sockets sockets;
    private final Entropy entropy;
    private final Path path;
    private final UnixSockets unix = new UnixSockets();
    private final Scratch scratch = new Scratch();
    private final Scratch requests = new Scratch();
    private final UnixMessage replies = new UnixMessage(1);
    private final Watch watch;
    private final ControlListener listener;
    private final ProgramSocket[] all;
    private final LostErrors lostErrors = new LostErrors();
    private final Pumps pumps;
    private final ReadyList<ProgramSocket> again = new ReadyList<>() {
        @Override
        protected @Nullable ProgramSocket next(ProgramSocket s) {
            return s.nextAgain;
        }

        @Override
        protected void next(ProgramSocket s, @Nullable ProgramSocket next) {
            s.nextAgain = next;
        }
    };
    /// Listening sockets that have connections to hand out and no sockets for them.
    private final ReadyList<ProgramSocket> withoutRoom = new ReadyList<>() {
        @Override
        protected @Nullable ProgramSocket next(ProgramSocket s) {
            return s.nextWithoutRoom;
        }

        @Override
        protected void next(ProgramSocket s, @Nullable ProgramSocket next) {
            s.nextWithoutRoom = next;
        }
    };
    private @Nullable Resolver resolver;
    private @Nullable ProgramSocket freeSocket;
    private @Nullable ControlClient freeClient;
    private int programEnd = Watched.NO_FILE;
    private long lookedNs;
    private int programs;
    private int open;
    private long refused;
    private long expelled;
    private long lostDatagrams;

    private PreloadServer(Stack stack, Entropy entropy, Path path) throws IOException {
        this.stack = stack;
        this.sockets = stack.sockets();
        this.entropy = entropy;
        this.path = path;
        this.all = new ProgramSocket[stack.config().sockets()];
        this.watch = new Watch(1 + all.length + CLIENTS);
        this.listener = new ControlListener(this, unix);
        this.pumps = new Pumps(sockets, stack.ipv4(), unix, scratch);
        watch.place(listener);
        makeSockets();
        makeClients(new Calls(this, stack));
    }

    private void makeSockets() {
        for (int i = 0; i < all.length; i++) {
            final ProgramSocket s = new ProgramSocket(this);
            watch.place(s);
            all[i] = s;
            s.nextFree = freeSocket;
            freeSocket = s;
        }
    }

    private void makeClients(Calls calls) {
        for (int i = 0; i < CLIENTS; i++) {
            final ControlClient c = new ControlClient(this, unix, calls, requests, replies);
            watch.place(c);
            c.nextFree = freeClient;
            freeClient = c;
        }
    }

    /// Listens for the programs of this user on `path`, a file that is made and that nobody else may use. A socket
    /// that nobody listens on any more is replaced.
    ///
    /// @param entropy secret random bits
    /// @throws IOException if another host listens there, or the file cannot be made
    public static PreloadServer listen(Stack stack, Entropy entropy, Path path) throws IOException {
        final PreloadServer made = new PreloadServer(stack, entropy, path);
        try {
            final int fd = made.unix.listen(path, BACKLOG);
            made.watch.begin(made.listener, fd, false);
            return made;
        } catch (IOException e) {
            made.watch.close();
            throw e;
        }
    }

    /// Looks up names for programs by `names`, which stays the caller's, while it knows a name server; otherwise
    /// they ask as they would without this host.
    public void resolver(@Nullable Resolver names) {
        resolver = names;
    }

    @Nullable
    Resolver resolver() {
        return resolver;
    }

    /// The control socket.
    public Path path() {
        return path;
    }

    /// Readable when [#poll] has something to do here: to be watched while the stack's owner waits.
    public int fileDescriptor() {
        return watch.fileDescriptor();
    }

    // ---- Polled ----

    @Override
    public int poll(long nowNs) {
        int work = look(nowNs);
        for (int i = again.size(); i > 0; i--) {
            serve(again.remove());
            work++;
        }
        return work + stack.poll(nowNs);
    }

    /// While nobody is there, a new program may wait a little: the look is a system call.
    private int look(long nowNs) {
        if (isUnused() && nowNs - lookedNs < UNUSED_LOOK_NS) {
            return 0;
        }
        lookedNs = nowNs;
        return watch.look();
    }

    @Override
    public long nextDeadlineNs() {
        return again.isEmpty() ? stack.nextDeadlineNs() : stack.nowNs();
    }

    @Override
    public void release() {
        stack.release();
    }

    // ---- programs ----

    /// Takes a connection of a program. Returns false if there are too many.
    boolean admit(int fd) {
        final ControlClient c = freeClient;
        if (c == null || !watch.begin(c, fd, false)) {
            refused++;
            return false;
        }
        freeClient = c.nextFree;
        c.nextFree = null;
        programs++;
        return true;
    }

    /// The program has closed its connection: its sockets live on, in it or in others.
    void leave(ControlClient c) {
        final int fd = c.fd;
        watch.end(c);
        unix.close(fd);
        c.forget();
        c.nextFree = freeClient;
        freeClient = c;
        programs--;
        for (final ProgramSocket s : all) {
            if (s.owner == c) {
                s.owner = null;
            }
        }
    }

    /// The program has sent what the library does not send: its sockets are reset.
    void expel(ControlClient c) {
        expelled++;
        for (final ProgramSocket s : all) {
            if (s.owner == c && s.id != 0) {
                abort(s);
            }
        }
        leave(c);
    }

    /// As [#expel], for nonsense in a pair.
    void misbehaved(ProgramSocket s) {
        expelled++;
        abort(s);
    }

    /// Programs that are connected, and sockets that they have: nobody needs this host once both are 0.
    public boolean isUnused() {
        return programs == 0 && open == 0;
    }

    /// Sockets of programs.
    public int open() {
        return open;
    }

    /// Programs that are connected.
    public int programs() {
        return programs;
    }

    /// Connections and sockets that were refused since too many were in use.
    public long refusals() {
        return refused;
    }

    /// Programs whose sockets were reset since they sent what the library does not send.
    public long expulsions() {
        return expelled;
    }

    /// Datagrams of programs that the stack had no buffers for.
    public long lostDatagrams() {
        return lostDatagrams;
    }

    void lostDatagram() {
        lostDatagrams++;
    }

    void refused() {
        refused++;
    }

    // ---- sockets ----

    Pumps pumps() {
        return pumps;
    }

    LostErrors lostErrors() {
        return lostErrors;
    }

    UnixSockets unix() {
        return unix;
    }

    /// Makes a pair for the stack's `descriptor`; the program's end is to be had from [#takeProgramEnd]. Null if
    /// there are too many sockets or files.
    @Nullable
    ProgramSocket open(char kind, int descriptor, @Nullable ControlClient owner) {
        final ProgramSocket s = freeSocket;
        final long pair =
                s == null ? -1 : unix.pair(kind == Protocol.KIND_STREAM ? UnixSockets.STREAM : UnixSockets.MESSAGES);
        if (s == null || pair < 0) {
            return null;
        }
        final int ours = UnixSockets.first(pair);
        final int theirs = UnixSockets.second(pair);
        final long id = entropy.next() << INDEX_BITS | s.index;
        unix.sendBuffer(ours, Protocol.PAIR_BUFFER);
        unix.sendBuffer(theirs, Protocol.PAIR_BUFFER);
        if (!name(ours, kind, id) || !watch.begin(s, ours, true)) {
            unix.close(ours);
            unix.close(theirs);
            return null;
        }
        freeSocket = s.nextFree;
        s.nextFree = null;
        s.open(id, kind, descriptor, owner);
        programEnd = theirs;
        open++;
        return s;
    }

    private boolean name(int fd, char kind, long id) {
        final MemorySegment name = scratch.memory();
        int at = 0;
        for (; at < Protocol.NAME_PREFIX.length(); at++) {
            name.set(ValueLayout.JAVA_BYTE, at, (byte) Protocol.NAME_PREFIX.charAt(at));
        }
        name.set(ValueLayout.JAVA_BYTE, at++, (byte) kind);
        name.set(ValueLayout.JAVA_BYTE, at++, (byte) '.');
        for (int shift = Long.SIZE - 4; shift >= 0; shift -= 4) {
            name.set(ValueLayout.JAVA_BYTE, at++, (byte) DIGITS.charAt((int) (id >>> shift) & 0xF));
        }
        return unix.nameAbstractly(fd, name, Protocol.NAME_LENGTH);
    }

    /// The program's end of the latest pair, for the caller to pass on and to close; [Watched#NO_FILE] if it was
    /// taken.
    int takeProgramEnd() {
        final int fd = programEnd;
        programEnd = Watched.NO_FILE;
        return fd;
    }

    /// Lets one octet lie in our end of a new stream, as if it had been passed on: see `protocol.h`.
    void leaveOctet(ProgramSocket s, int theirs) {
        replies.begin().piece(scratch.memory(), 0, 1).send(theirs);
        s.stale = true;
    }

    /// The socket of that name; null if it has gone.
    @Nullable
    ProgramSocket find(long id) {
        final int place = (int) id & INDEX_MASK;
        final int index = place - all[0].index;
        final ProgramSocket s = index >= 0 && index < all.length ? all[index] : null;
        return s != null && s.id == id && id != 0 ? s : null;
    }

    /// Lets the pump of `s` do what there is to do, and again in the next poll if that was not all.
    void serve(ProgramSocket s) {
        if (s.id != 0 && s.pump.serve(this, s)) {
            again.add(s);
        }
    }

    /// Ends a socket that its program has closed: what it has sent still goes out.
    void close(ProgramSocket s) {
        if (s.raw != null) {
            s.raw.close();
            s.raw = null;
        } else {
            sockets.close(s.descriptor);
        }
        free(s);
    }

    /// Ends a socket without ceremony: a connection is reset.
    void abort(ProgramSocket s) {
        if (s.raw == null) {
            sockets.linger(s.descriptor, true, 0);
        }
        close(s);
    }

    /// Tells a program that its connection has failed: our end is closed with an octet unread, which the kernel
    /// reports as a reset; the true reason is kept for whoever asks.
    void fail(ProgramSocket s) {
        final int error = sockets.option(s.descriptor, SocketOptions.SOL_SOCKET, SocketOptions.SO_ERROR);
        lostErrors.remember(s.id, error > 0 ? error : Errno.ECONNRESET);
        close(s);
    }

    /// `s` listens. What its program has not taken waits in the stack, as many as it has asked for, and not in the
    /// pair.
    void listening(ProgramSocket s) {
        s.pump = pumps.accept;
        unix.sendBuffer(s.fd, LEAST_BUFFER);
    }

    /// Serves `s` again when a socket has gone.
    void awaitRoom(ProgramSocket s) {
        refused++;
        withoutRoom.add(s);
    }

    /// Gives the place of `s`, whose socket of the stack is closed, to the next.
    void free(ProgramSocket s) {
        final ProgramSocket offered = s.offered;
        if (offered != null) {
            s.offered = null;
            unix.close(s.offeredFd);
            abort(offered);
        }
        final int fd = s.fd;
        watch.end(s);
        unix.close(fd);
        s.id = 0;
        s.owner = null;
        s.nextFree = freeSocket;
        freeSocket = s;
        open--;
        while (!withoutRoom.isEmpty()) {
            again.add(withoutRoom.remove());
        }
    }

    /// Closes the control socket and all sockets of programs, which then see their network fail. Not the stack; the
    /// counts stay as they were.
    @Override
    public void close() throws IOException {
        // First, so that who comes now starts a host of its own, whose file this is not.
        Files.deleteIfExists(path);
        for (final ProgramSocket s : all) {
            if (s.id != 0) {
                unix.close(s.fd);
            }
        }
        unix.close(listener.fd);
        watch.close();
    }
}
