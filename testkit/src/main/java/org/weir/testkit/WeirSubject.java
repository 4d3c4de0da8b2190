package org.weir.testkit;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.weir.memory.Pbuf;
import org.weir.tcp.TcpAcceptHandler;
import org.weir.tcp.TcpConnection;
import org.weir.tcp.TcpError;
import org.weir.tcp.TcpHandler;
import org.weir.tcp.TcpListener;
import org.weir.wire.EtherType;
import org.weir.wire.EthernetHeader;
import org.weir.wire.IpAddress;

/// Weir as the subject of a [TcpScript], in virtual time.
public final class WeirSubject implements TcpSubject, TcpHandler, TcpAcceptHandler {
    private static final long STEP_NS = 1_000_000L;
    private static final long LONGER_THAN_ANY_TIMER_NS = 2_000_000_000_000L;

    private final FramePeer wire = new FramePeer();
    private @Nullable TcpListener listener;
    private @Nullable TcpConnection connection;
    private String error = "";

    private TcpConnection connection() {
        if (connection == null) {
            throw new AssertionError("the application has no connection; error: '" + error + "'");
        }
        return connection;
    }

    // ---- the application ----

    @Override
    public void listen(int port) {
        final TcpListener l = wire.stack().tcp().bind(0, IpAddress.ANY.low(), port);
        if (l == null) {
            throw new AssertionError("cannot bind: " + wire.stack().tcp().refusal());
        }
        l.listen(8, this);
        listener = l;
    }

    @Override
    public void connect(int port) {
        connection = wire.stack().tcp().connect(0, IpAddress.mapped(PEER_ADDRESS), port, IpAddress.ANY.low(), 0, this);
        wire.settle();
    }

    @Override
    public void accept() {
        final TcpConnection c = listener == null ? null : listener.accept();
        if (c == null) {
            throw new AssertionError("there is no connection to accept");
        }
        c.handler(this);
        connection = c;
    }

    @Override
    public int write(byte[] octets) {
        final int taken = connection().write(MemorySegment.ofArray(octets), 0, octets.length);
        wire.settle();
        return taken;
    }

    @Override
    public int read(byte[] target) {
        final int count = connection().read(MemorySegment.ofArray(target), 0, target.length);
        wire.settle();
        return count == 0 && connection().endOfStream() ? -1 : count;
    }

    @Override
    public void noDelay() {
        connection().noDelay(true);
    }

    @Override
    public void shutdownOutput() {
        connection().shutdownOutput();
        wire.settle();
    }

    @Override
    public void closeConnection() {
        connection().close();
        connection = null;
        wire.settle();
    }

    @Override
    public void abort() {
        connection().abort();
        connection = null;
        wire.settle();
    }

    @Override
    public String error() {
        return error;
    }

    // ---- being told ----

    @Override
    public void readable(TcpConnection c) {
        // The script reads when it says so.
    }

    @Override
    public void acceptable(TcpListener l) {
        // The script accepts when it says so.
    }

    @Override
    public void failed(TcpConnection c, TcpError reason) {
        error = reason.name();
        connection = null;
    }

    // ---- the wire ----

    @Override
    public void send(byte[] packet) {
        final Pbuf p = wire.buffer(packet.length);
        MemorySegment.copy(MemorySegment.ofArray(packet), 0, p.segment(), p.offset(), packet.length);
        wire.sendEthernet(p, FramePeer.STACK_MAC, EtherType.IPV4);
    }

    @Override
    public byte @Nullable [] receive(long withinNs) {
        wire.settle();
        final long endNs = wire.nowNs() + withinNs;
        while (wire.frames().isEmpty() && wire.nowNs() < endNs) {
            wire.after(Math.min(STEP_NS, endNs - wire.nowNs()));
        }
        final byte[] frame = wire.frames().poll();
        return frame == null ? null : Arrays.copyOfRange(frame, EthernetHeader.LENGTH, frame.length);
    }

    @Override
    public void pass(long ns) {
        wire.after(ns);
    }

    /// Asserts that nothing has leaked, and ends.
    @Override
    public void close() {
        try {
            if (connection != null) {
                connection.abort();
            }
            if (listener != null) {
                listener.close();
            }
            wire.settle();
            wire.after(LONGER_THAN_ANY_TIMER_NS);
            wire.frames().clear();
            wire.stack().pool().assertNoLeaks();
        } finally {
            wire.close();
        }
    }
}
