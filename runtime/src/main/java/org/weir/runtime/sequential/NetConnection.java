package org.weir.runtime.sequential;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.weir.runtime.StackCall;
import org.weir.runtime.StackEndedException;
import org.weir.runtime.os.OsPort;
import org.weir.stack.Errno;
import org.weir.stack.Stack;
import org.weir.wire.IpAddress;

/// One end of a TCP connection, a TCP port that is listened on, or a UDP port, with calls that wait: lwIP's netconn.
///
/// Any thread may call. One thread at a time receives or accepts, and one sends, writes or connects; others wait for
/// their turn. [#close] and [#abort] may be called meanwhile: who waits is told `EBADF`. Waits end after [#timeoutNs]
/// by a [NetTimeoutException], and when the thread is interrupted by `InterruptedException`; other failures are a
/// [NetException] with an error number.
///
/// What a type of connection does not have throws `EOPNOTSUPP`.
public abstract sealed class NetConnection implements AutoCloseable permits TcpNetConnection, UdpNetConnection {
    final SequentialStack net;
    final Gate input;
    final Gate output;
    private volatile long timeoutNs = Long.MAX_VALUE;

    // ---- of the owner of the stack ----

    /// Neighbours in the list of those that hold something of the stack.
    @Nullable
    NetConnection previous;

    @Nullable
    NetConnection next;

    private boolean isListed;
    /// Why it has ended; 0 if it has not.
    private volatile int error;

    volatile IpAddress localAddress = IpAddress.ANY;
    volatile int localPort;
    volatile IpAddress remoteAddress = IpAddress.ANY;
    volatile int remotePort;

    NetConnection(SequentialStack net) {
        final OsPort os = net.os();
        this.net = net;
        this.input = new Gate(net.access(), os, "input of a connection");
        this.output = new Gate(net.access(), os, "output of a connection");
    }

    // ---- what it is ----

    public abstract NetType type();

    /// The address that it is bound to; 0.0.0.0 for any.
    public final IpAddress localAddress() {
        return localAddress;
    }

    /// 0 if it is not bound.
    public final int localPort() {
        return localPort;
    }

    /// The peer's address; 0.0.0.0 if there is none.
    public final IpAddress remoteAddress() {
        return remoteAddress;
    }

    /// 0 if there is no peer.
    public final int remotePort() {
        return remotePort;
    }

    /// Why it has ended, one of [Errno]; 0 if it has not, `EBADF` if it was closed.
    public final int error() {
        return error;
    }

    /// How long each call from now on may wait; `Long.MAX_VALUE`, as in the beginning, for ever. 0 or less: not at
    /// all.
    public final void timeoutNs(long longestNs) {
        timeoutNs = longestNs;
    }

    public final long timeoutNs() {
        return timeoutNs;
    }

    // ---- opening ----

    /// Binds to an address of this host, or 0.0.0.0 for all, and a port, or 0 for a free one. Does not wait.
    ///
    /// @throws NetException `EINVAL` if it is bound or connected, `EADDRINUSE`, `EADDRNOTAVAIL`, `ENOBUFS`
    public abstract void bind(IpAddress address, int port) throws NetException;

    /// TCP: opens a connection and waits until it is established; a failure or a time-out closes it. UDP: fixes the
    /// peer, without waiting: only its datagrams are received.
    ///
    /// @throws NetException `EISCONN`, `ECONNREFUSED`, `ETIMEDOUT`, `EHOSTUNREACH`, `ENETUNREACH` and the like
    public abstract void connect(IpAddress address, int port) throws NetException, InterruptedException;

    /// TCP: lets peers connect to the bound port, `backlog` of them before they are accepted. Does not wait.
    ///
    /// @throws NetException `EINVAL` if it is connected or not bound, `EADDRINUSE`
    public abstract void listen(int backlog) throws NetException;

    /// TCP: waits for a peer to connect, and gives that connection to the caller, who closes it. Its time-out is
    /// that of this one.
    ///
    /// @throws NetException `EINVAL` if it does not listen
    public abstract NetConnection accept() throws NetException, InterruptedException;

    // ---- receiving ----

    /// Waits until there is something and moves it into `into`, without a copy: TCP, all that has arrived; UDP, one
    /// datagram, with who sent it. What `into` held before goes back to the stack.
    ///
    /// What a connection gives away is no longer in its receive buffer, so the peer may send as much again; memory
    /// that is held for long is missing elsewhere.
    ///
    /// @return false, and `into` holds nothing, if the peer sends no more
    /// @throws NetException `ENOTCONN`, `ECONNRESET`, UDP also `ECONNREFUSED` and `EHOSTUNREACH`, which are told
    /// once
    public abstract boolean receive(NetBuffer into) throws NetException, InterruptedException;

    /// As [#receive] into a new buffer; null if the peer sends no more.
    public final @Nullable NetBuffer receive() throws NetException, InterruptedException {
        final NetBuffer buffer = net.buffer();
        return receive(buffer) ? buffer : null;
    }

    // ---- sending ----

    /// TCP: waits until a copy of `octets` octets of `source` is queued. `source` lies on the heap or in an arena
    /// that every thread may read.
    ///
    /// @throws NetTimeoutException that says how many were queued
    /// @throws NetException `EPIPE` after [#shutdownOutput], `ENOTCONN`, `ECONNRESET` and the like
    public abstract void write(MemorySegment source, long offset, int octets) throws NetException, InterruptedException;

    /// As [#write] of all of `octets`.
    public final void write(byte[] octets) throws NetException, InterruptedException {
        write(MemorySegment.ofArray(octets), 0, octets.length);
    }

    /// As [#write], but `source` is read when it is sent and sent again, not copied now: it must never change nor
    /// go away.
    ///
    /// @throws IllegalArgumentException if it lies on the heap
    public abstract void writeConstant(MemorySegment source, long offset, int octets)
            throws NetException, InterruptedException;

    /// Sends what `buffer` holds, without a copy; it holds nothing afterwards, whatever the result. TCP: as
    /// [#write]. UDP: one datagram to the connected peer, without waiting.
    ///
    /// @throws NetException UDP: `EDESTADDRREQ`, `EMSGSIZE`, `ENETUNREACH`, `ENOBUFS`; else as [#write]
    public abstract void send(NetBuffer buffer) throws NetException, InterruptedException;

    /// UDP: as [#send], to any address.
    public abstract void sendTo(NetBuffer buffer, IpAddress address, int port)
            throws NetException, InterruptedException;

    /// TCP: tells the peer, behind what is queued, that no more will be sent. Receiving goes on.
    public abstract void shutdownOutput() throws NetException;

    // ---- ending ----

    /// Ends it and gives back what it holds of the stack. TCP: what is queued is still sent, without waiting; but
    /// if something received was not taken, the peer is reset. No effect if repeated, or if the stack has ended.
    @Override
    public final void close() {
        end(false);
    }

    /// As [#close], but a TCP connection is reset.
    public final void abort() {
        end(true);
    }

    private void end(boolean reset) {
        try {
            net.access().call(new StackCall() {
                @Override
                protected void run(Stack stack) {
                    if (error != Errno.EBADF) {
                        giveBack(reset);
                        end(Errno.EBADF);
                    }
                }
            });
        } catch (StackEndedException e) {
            error = Errno.EBADF;
        }
    }

    // ---- as the owner of the stack ----

    /// Ends what it holds of the stack, if it does still.
    abstract void giveBack(boolean reset);

    /// It holds something of the stack now: it is to hear of the stack's end.
    final void enlist() {
        if (!isListed) {
            isListed = true;
            net.add(this);
        }
    }

    /// It holds nothing of the stack any more, for a reason that it keeps.
    final void end(int errno) {
        error = errno;
        if (isListed) {
            isListed = false;
            net.remove(this);
        }
        input.signal();
        output.signal();
    }

    static NetException unsupported(String what) {
        return new NetException(what, Errno.EOPNOTSUPP);
    }
}
