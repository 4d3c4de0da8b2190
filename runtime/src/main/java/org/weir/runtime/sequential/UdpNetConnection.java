package org.weir.runtime.sequential;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.weir.memory.Headroom;
import org.weir.memory.Pbuf;
import org.weir.stack.Errno;
import org.weir.stack.Stack;
import org.weir.udp.Udp;
import org.weir.udp.UdpEndpoint;
import org.weir.udp.UdpHandler;
import org.weir.wire.IpAddress;

/// An endpoint of UDP.
final class UdpNetConnection extends NetConnection {
    private static final int PORT_UNREACHABLE = 3;

    // Of the owner of the stack.
    private @Nullable UdpEndpoint endpoint;
    /// What the network has reported and nobody was told; 0 if nothing.
    private int reported;

    private final Receive receive = new Receive();
    private final Send send = new Send();

    private UdpNetConnection(SequentialStack net) {
        super(net);
    }

    static UdpNetConnection open(SequentialStack net) throws NetException {
        final UdpNetConnection opened = new UdpNetConnection(net);
        new Attempt(null) {
            @Override
            protected int attempt(Stack stack) {
                final UdpEndpoint free = stack.udp().open();
                if (free == null) {
                    return Errno.ENOBUFS;
                }
                free.handler(opened.new Handler());
                opened.endpoint = free;
                opened.enlist();
                return 0;
            }
        }.call(net.access(), "open");
        return opened;
    }

    @Override
    public NetType type() {
        return NetType.UDP;
    }

    /// What the stack tells.
    private final class Handler implements UdpHandler {
        @Override
        public void readable(UdpEndpoint told) {
            input.signal();
        }

        @Override
        public void unreachable(UdpEndpoint told, int icmpCode) {
            told.takeError();
            reported = icmpCode == PORT_UNREACHABLE ? Errno.ECONNREFUSED : Errno.EHOSTUNREACH;
            input.signal();
        }
    }

    private static int errno(int result) {
        return switch (result) {
            case Udp.OK -> 0;
            case Udp.IN_USE -> Errno.EADDRINUSE;
            case Udp.NOT_LOCAL, Udp.NO_PORT -> Errno.EADDRNOTAVAIL;
            case Udp.NO_ROUTE -> Errno.ENETUNREACH;
            case Udp.TOO_LONG -> Errno.EMSGSIZE;
            case Udp.NOT_PERMITTED -> Errno.EACCES;
            case Udp.FILTERED -> Errno.EPERM;
            default -> Errno.ENOBUFS;
        };
    }

    // ---- opening ----

    @Override
    public void bind(IpAddress address, int port) throws NetException {
        new Attempt(null) {
            @Override
            protected int attempt(Stack stack) {
                final UdpEndpoint e = endpoint;
                if (e == null) {
                    return error();
                }
                if (e.localPort() != 0 || port < 0 || port > 0xFFFF) {
                    return Errno.EINVAL;
                }
                return named(e, e.bind(address.high(), address.low(), port));
            }
        }.call(net.access(), "bind to " + address + ":" + port);
    }

    @Override
    public void connect(IpAddress address, int port) throws NetException {
        new Attempt(null) {
            @Override
            protected int attempt(Stack stack) {
                final UdpEndpoint e = endpoint;
                if (e == null) {
                    return error();
                }
                return port < 1 || port > 0xFFFF
                        ? Errno.EADDRNOTAVAIL
                        : named(e, e.connect(address.high(), address.low(), port));
            }
        }.call(net.access(), "connect to " + address + ":" + port);
    }

    private int named(UdpEndpoint e, int result) {
        localAddress = new IpAddress(e.localHigh(), e.localLow());
        localPort = e.localPort();
        if (e.isConnected()) {
            remoteAddress = new IpAddress(e.remoteHigh(), e.remoteLow());
            remotePort = e.remotePort();
        }
        return errno(result);
    }

    @Override
    public void listen(int backlog) throws NetException {
        throw unsupported("listen");
    }

    @Override
    public NetConnection accept() throws NetException {
        throw unsupported("accept");
    }

    // ---- receiving ----

    @Override
    public boolean receive(NetBuffer into) throws NetException, InterruptedException {
        input.enter("receive", timeoutNs());
        try {
            receive.into = into;
            input.perform(receive, "receive", timeoutNs());
            return true;
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
            final UdpEndpoint e = endpoint;
            target.releaseHere();
            if (e == null) {
                return error();
            }
            final int news = reported;
            reported = 0;
            final Pbuf datagram = news == 0 ? e.poll() : null;
            if (datagram != null) {
                target.sender(UdpEndpoint.senderLow(datagram), UdpEndpoint.senderPort(datagram));
                target.hold(datagram);
                isDone = true;
            }
            return news;
        }
    }

    // ---- sending ----

    @Override
    public void send(NetBuffer buffer) throws NetException, InterruptedException {
        send(buffer, IpAddress.ANY.low(), 0, "send");
    }

    @Override
    public void sendTo(NetBuffer buffer, IpAddress address, int port) throws NetException, InterruptedException {
        if (port < 1 || port > 0xFFFF) {
            buffer.close();
            throw new NetException("send to " + address + ":" + port, Errno.EDESTADDRREQ);
        }
        send(buffer, address.low(), port, "send to an address");
    }

    private void send(NetBuffer buffer, long low, int port, String what) throws NetException, InterruptedException {
        try (buffer) {
            output.enter(what, timeoutNs());
            try {
                send.begin(buffer, low, port);
                send.call(net.access(), what);
            } finally {
                send.end();
                output.leave();
            }
        }
    }

    private final class Send extends Attempt {
        private @Nullable NetBuffer buffer;
        private long low;
        private int port;

        Send() {
            super(null);
        }

        void begin(NetBuffer datagram, long destinationLow, int destinationPort) {
            buffer = datagram;
            low = destinationLow;
            port = destinationPort;
        }

        void end() {
            buffer = null;
        }

        @Override
        protected int attempt(Stack stack) {
            final UdpEndpoint e = endpoint;
            if (e == null) {
                return error();
            }
            if (port == 0 && !e.isConnected()) {
                return Errno.EDESTADDRREQ;
            }
            final Pbuf packet =
                    withHeadroom(stack, Objects.requireNonNull(buffer).give());
            if (packet == null) {
                return Errno.ENOBUFS;
            }
            final boolean toPeer = port == 0;
            final int result = e.sendTo(packet, toPeer ? e.remoteLow() : low, toPeer ? e.remotePort() : port);
            return localPort == e.localPort() ? errno(result) : named(e, result); // It may have been bound by that.
        }
    }

    /// Takes `packet` and gives it with room for headers: in front, if that is its own, else in a buffer before it.
    private static @Nullable Pbuf withHeadroom(Stack stack, @Nullable Pbuf packet) {
        if (packet != null && packet.isExclusive() && packet.headroom() >= Headroom.TRANSPORT.octets()) {
            return packet;
        }
        final Pbuf headers = stack.pool().take(Headroom.TRANSPORT, 0);
        if (headers != null && packet != null) {
            headers.chain(packet);
        } else if (packet != null) {
            packet.release();
        }
        return headers;
    }

    @Override
    public void write(MemorySegment source, long offset, int octets) throws NetException {
        throw unsupported("write");
    }

    @Override
    public void writeConstant(MemorySegment source, long offset, int octets) throws NetException {
        throw unsupported("write");
    }

    @Override
    public void shutdownOutput() throws NetException {
        throw unsupported("shut down the output");
    }

    // ---- ending ----

    @Override
    void giveBack(boolean reset) {
        final UdpEndpoint e = endpoint;
        endpoint = null;
        if (e != null) {
            e.close();
        }
    }
}
