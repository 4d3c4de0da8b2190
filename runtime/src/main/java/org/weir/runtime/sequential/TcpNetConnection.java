package org.weir.runtime.sequential;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.weir.memory.Pbuf;
import org.weir.stack.Errno;
import org.weir.stack.Stack;
import org.weir.tcp.TcpConnection;
import org.weir.tcp.TcpError;
import org.weir.tcp.TcpHandler;
import org.weir.tcp.TcpListener;
import org.weir.tcp.TcpRefusal;
import org.weir.wire.IpAddress;

/// A connection or a listener of TCP.
final class TcpNetConnection extends NetConnection {
    // Of the owner of the stack.
    private @Nullable TcpConnection connection;
    private @Nullable TcpListener listener;
    private boolean isConnected;
    private boolean outputEnded;

    private final Handler handler = new Handler();
    private final Receive receive = new Receive();
    private final Write write = new Write();

    TcpNetConnection(SequentialStack net) {
        super(net);
    }

    @Override
    public NetType type() {
        return NetType.TCP;
    }

    /// What the stack tells.
    private final class Handler implements TcpHandler {
        @Override
        public void connected(TcpConnection c) {
            isConnected = true;
            output.signal();
        }

        @Override
        public void readable(TcpConnection c) {
            input.signal();
        }

        @Override
        public void writable(TcpConnection c) {
            output.signal();
        }

        @Override
        public void failed(TcpConnection c, TcpError why) {
            connection = null;
            closeListener();
            end(errno(why));
        }
    }

    private static int errno(TcpError why) {
        return switch (why) {
            case NONE -> 0;
            case REFUSED -> Errno.ECONNREFUSED;
            case RESET -> Errno.ECONNRESET;
            case TIMED_OUT -> Errno.ETIMEDOUT;
            case HOST_UNREACHABLE -> Errno.EHOSTUNREACH;
            case NETWORK_UNREACHABLE -> Errno.ENETUNREACH;
            case ABORTED -> Errno.ECONNABORTED;
            case FILTERED -> Errno.EPERM;
        };
    }

    private static int errno(TcpRefusal why) {
        return switch (why) {
            case NONE_FREE -> Errno.ENOBUFS;
            case IN_USE -> Errno.EADDRINUSE;
            case NOT_LOCAL, NO_PORT -> Errno.EADDRNOTAVAIL;
            case NO_ROUTE -> Errno.ENETUNREACH;
            case FILTERED -> Errno.EPERM;
        };
    }

    // ---- opening ----

    @Override
    public void bind(IpAddress address, int port) throws NetException {
        new Attempt(null) {
            @Override
            protected int attempt(Stack stack) {
                return error() != 0 ? error() : bindHere(stack, address, port);
            }
        }.call(net.access(), "bind to " + address + ":" + port);
    }

    private int bindHere(Stack stack, IpAddress address, int port) {
        if (listener != null || connection != null || port < 0 || port > 0xFFFF) {
            return Errno.EINVAL;
        }
        final TcpListener bound = stack.tcp().bind(address.high(), address.low(), port);
        if (bound == null) {
            return errno(stack.tcp().refusal());
        }
        listener = bound;
        localAddress = address;
        localPort = bound.localPort();
        enlist();
        return 0;
    }

    @Override
    public void connect(IpAddress address, int port) throws NetException, InterruptedException {
        final String what = "connect to " + address + ":" + port;
        output.enter(what, timeoutNs());
        boolean isDone = false;
        final Connect attempt = new Connect(address, port);
        try {
            output.perform(attempt, what, timeoutNs());
            isDone = true;
        } finally {
            output.leave();
            if (!isDone && attempt.hasBegun && error() == 0) {
                close();
            }
        }
    }

    private final class Connect extends Attempt {
        private final IpAddress address;
        private final int port;
        private boolean hasBegun;

        Connect(IpAddress address, int port) {
            super(output);
            this.address = address;
            this.port = port;
        }

        @Override
        protected int attempt(Stack stack) {
            if (error() != 0) {
                return error();
            }
            isDone = hasBegun && isConnected;
            return hasBegun ? 0 : begin(stack);
        }

        private int begin(Stack stack) {
            final TcpListener bound = listener;
            if (connection != null || bound != null && bound.isListening()) {
                return Errno.EISCONN;
            }
            if (port < 1 || port > 0xFFFF) {
                return Errno.EADDRNOTAVAIL;
            }
            final long localLow = bound == null ? IpAddress.ANY.low() : bound.localLow();
            final TcpConnection opened = stack.tcp()
                    .connect(
                            address.high(),
                            address.low(),
                            port,
                            localLow,
                            bound == null ? 0 : bound.localPort(),
                            handler);
            if (opened == null) {
                return errno(stack.tcp().refusal());
            }
            hasBegun = true;
            hold(opened);
            return 0;
        }
    }

    private void hold(TcpConnection held) {
        connection = held;
        localAddress = new IpAddress(held.localHigh(), held.localLow());
        localPort = held.localPort();
        remoteAddress = new IpAddress(held.remoteHigh(), held.remoteLow());
        remotePort = held.remotePort();
        enlist();
    }

    @Override
    public void listen(int backlog) throws NetException {
        new Attempt(null) {
            @Override
            protected int attempt(Stack stack) {
                final TcpListener bound = listener;
                if (error() != 0) {
                    return error();
                }
                if (bound == null || connection != null) {
                    return Errno.EINVAL;
                }
                return bound.listen(backlog, events -> input.signal())
                        ? 0
                        : errno(stack.tcp().refusal());
            }
        }.call(net.access(), "listen");
    }

    @Override
    public NetConnection accept() throws NetException, InterruptedException {
        input.enter("accept", timeoutNs());
        try {
            final Accept attempt = new Accept();
            input.perform(attempt, "accept", timeoutNs());
            attempt.accepted.timeoutNs(timeoutNs());
            return attempt.accepted;
        } finally {
            input.leave();
        }
    }

    private final class Accept extends Attempt {
        private final TcpNetConnection accepted = new TcpNetConnection(net);

        Accept() {
            super(input);
        }

        @Override
        protected int attempt(Stack stack) {
            final TcpListener listening = listener;
            if (error() != 0) {
                return error();
            }
            if (listening == null || !listening.isListening()) {
                return Errno.EINVAL;
            }
            final TcpConnection arrived = listening.accept();
            if (arrived != null) {
                accepted.isConnected = true;
                accepted.hold(arrived);
                arrived.handler(accepted.handler);
                isDone = true;
            }
            return 0;
        }
    }

    // ---- receiving ----

    @Override
    public boolean receive(NetBuffer into) throws NetException, InterruptedException {
        input.enter("receive", timeoutNs());
        try {
            receive.into = into;
            input.perform(receive, "receive", timeoutNs());
            return into.length() > 0;
        } finally {
            receive.into = null;
            input.leave();
        }
    }

    private final class Receive extends Attempt {
        private @Nullable NetBuffer into;

        Receive() {
            super(input);
        }

        @Override
        protected int attempt(Stack stack) {
            final NetBuffer target = Objects.requireNonNull(into);
            final TcpConnection c = connection;
            target.releaseHere();
            if (c == null || !isConnected) {
                return error() != 0 ? error() : Errno.ENOTCONN;
            }
            target.hold(takeReceived(c));
            isDone = target.length() > 0 || c.endOfStream();
            return 0;
        }
    }

    /// Takes the buffers out of the receive queue as they are: a second reference, and the queue drops its own.
    private static @Nullable Pbuf takeReceived(TcpConnection c) {
        Pbuf first = null;
        Pbuf last = null;
        for (Pbuf page = c.received(); page != null; page = c.received()) {
            final Pbuf taken = page.retain();
            final int octets = taken.length();
            c.consume(octets);
            taken.resize(octets);
            if (first == null || last == null) {
                first = taken;
            } else {
                first.chainAfter(last, taken);
            }
            last = taken;
        }
        return first;
    }

    // ---- sending ----

    @Override
    public void write(MemorySegment source, long offset, int octets) throws NetException, InterruptedException {
        Objects.checkFromIndexSize(offset, octets, source.byteSize());
        write(source, offset, octets, false);
    }

    @Override
    public void writeConstant(MemorySegment source, long offset, int octets) throws NetException, InterruptedException {
        NetBuffer.checkConstant(source, offset, octets);
        write(source, offset, octets, true);
    }

    private void write(MemorySegment source, long offset, int octets, boolean isConstant)
            throws NetException, InterruptedException {
        output.enter("write", timeoutNs());
        try {
            write.begin(source, offset, octets, isConstant);
            output.perform(write, "write", timeoutNs());
        } finally {
            write.end();
            output.leave();
        }
    }

    @Override
    public void send(NetBuffer buffer) throws NetException, InterruptedException {
        try (buffer) {
            output.enter("send", timeoutNs());
            try {
                write.begin(buffer);
                output.perform(write, "send", timeoutNs());
            } finally {
                write.end();
                output.leave();
            }
        }
    }

    /// Queues memory, copied or referred to, or the fragments of a buffer, as far as there is room.
    private final class Write extends Attempt {
        private MemorySegment source = MemorySegment.NULL;
        private long offset;
        private int length;
        private boolean isConstant;
        private @Nullable NetBuffer buffer;

        Write() {
            super(output);
        }

        void begin(MemorySegment memory, long at, int count, boolean constant) {
            source = memory;
            offset = at;
            length = count;
            isConstant = constant;
            octets = 0;
        }

        void begin(NetBuffer fragments) {
            buffer = fragments;
            length = fragments.length();
            octets = 0;
        }

        void end() {
            source = MemorySegment.NULL;
            buffer = null;
        }

        @Override
        protected int attempt(Stack stack) {
            final TcpConnection c = connection;
            if (c == null || !isConnected) {
                return error() != 0 ? error() : Errno.ENOTCONN;
            }
            if (outputEnded) {
                return Errno.EPIPE;
            }
            int taken = 1;
            while (octets < length && taken > 0) {
                taken = take(stack, c);
                octets += taken;
            }
            isDone = octets == length;
            if (isDone && buffer != null) {
                buffer.releaseHere();
            }
            return 0;
        }

        /// Returns how many; if 0, the connection says when there is room.
        private int take(Stack stack, TcpConnection c) {
            final NetBuffer fragments = buffer;
            if (fragments != null) {
                return takeFragment(stack, c, fragments);
            }
            final long at = offset + octets;
            final int rest = length - octets;
            final int room = Math.min(rest, c.sendRoom());
            final Pbuf view = isConstant && room > 0 ? stack.pool().rom(source, at, room) : null;
            return view == null ? c.write(source, at, rest) : queue(c, view, room);
        }

        private int takeFragment(Stack stack, TcpConnection c, NetBuffer fragments) {
            final Pbuf packet = Objects.requireNonNull(fragments.give()).trimFront(0);
            final int room = Math.min(packet.length(), c.sendRoom());
            final Pbuf view = room > 0 ? stack.pool().reference(packet, packet.offset(), room) : null;
            final int taken =
                    view == null ? c.write(packet.segment(), packet.offset(), packet.length()) : queue(c, view, room);
            fragments.hold(packet.trimFront(taken));
            return taken;
        }

        private static int queue(TcpConnection c, Pbuf view, int octets) {
            if (c.send(view)) {
                return octets;
            }
            view.release();
            return 0;
        }
    }

    @Override
    public void sendTo(NetBuffer buffer, IpAddress address, int port) throws NetException {
        buffer.close();
        throw unsupported("send to an address");
    }

    @Override
    public void shutdownOutput() throws NetException {
        new Attempt(null) {
            @Override
            protected int attempt(Stack stack) {
                final TcpConnection c = connection;
                if (c == null || !isConnected) {
                    return error() != 0 ? error() : Errno.ENOTCONN;
                }
                outputEnded = true;
                c.shutdownOutput();
                output.signal();
                return 0;
            }
        }.call(net.access(), "shut down the output");
    }

    // ---- ending ----

    @Override
    void giveBack(boolean reset) {
        final TcpConnection c = connection;
        connection = null;
        if (c != null && reset) {
            c.abort();
        } else if (c != null) {
            c.close();
        }
        closeListener();
    }

    private void closeListener() {
        final TcpListener l = listener;
        listener = null;
        if (l != null) {
            l.close();
        }
    }
}
