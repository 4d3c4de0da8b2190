package org.weir.stack;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.weir.base.Owner;
import org.weir.ip.ErrorQueue;
import org.weir.ip.Ipv4;
import org.weir.ip.ReportedError;
import org.weir.memory.OctetSource;
import org.weir.memory.OctetTarget;
import org.weir.memory.Pbuf;
import org.weir.raw.Raw;
import org.weir.raw.RawEndpoint;
import org.weir.tcp.CongestionAlgorithm;
import org.weir.tcp.Tcp;
import org.weir.tcp.TcpConnection;
import org.weir.tcp.TcpInfo;
import org.weir.tcp.TcpState;
import org.weir.time.StackClock;
import org.weir.udp.Udp;
import org.weir.udp.UdpEndpoint;
import org.weir.wire.IpAddress;
import org.weir.wire.IpProtocol;

/// The BSD-like interface: non-blocking sockets named by integers, results as in POSIX, errors as negated [Errno]
/// values.
///
/// A descriptor carries a generation, so one that was closed is refused with `EBADF` even after its slot serves another
/// socket. Readiness is level-triggered: [#ready] tells what holds now, and a callback is called whenever something
/// that it reports may have changed. Not for use by another thread than the stack's owner.
public final class Sockets {
    /// Address families of [#socket].
    public static final int AF_INET = 2;
    /// Types of [#socket].
    public static final int SOCK_STREAM = 1;

    public static final int SOCK_DGRAM = 2;
    public static final int SOCK_RAW = 3;
    /// Flags of [#receive] and [#receiveFrom].
    public static final int MSG_PEEK = 2;

    public static final int MSG_TRUNC = 0x20;
    /// Ways of [#shutdown].
    public static final int SHUT_RD = 0;

    public static final int SHUT_WR = 1;
    public static final int SHUT_RDWR = 2;
    /// Readiness bits, with the values of `poll`.
    public static final int POLLIN = 1;

    public static final int POLLOUT = 4;
    public static final int POLLERR = 8;
    public static final int POLLHUP = 0x10;

    private static final int INDEX_BITS = 16;
    private static final int INDEX_MASK = (1 << INDEX_BITS) - 1;
    private static final int GENERATION_MASK = 0x7FFF;

    private final Tcp tcp;
    private final Udp udp;
    private final Raw raw;
    private final Owner owner;
    private final Socket[] slots;
    private final SocketEvents events = new SocketEvents(this);
    private final BlockedSenders blocked;
    private final SocketAddress peer = new SocketAddress();
    private final SocketGroups groups;
    private final StreamCalls streams;
    private final DatagramCalls udpCalls;
    private final DatagramCalls rawCalls = new RawCalls();
    private @Nullable Socket free;
    private int open;

    Sockets(Tcp tcp, Udp udp, Raw raw, Ipv4 ipv4, int count) {
        this.owner = ipv4.resources().owner();
        this.blocked = new BlockedSenders(ipv4.clock(), events);
        this.tcp = tcp;
        this.udp = udp;
        this.groups = new SocketGroups(this, ipv4);
        this.raw = raw;
        this.streams = new StreamCalls(tcp, events);
        this.udpCalls = new UdpCalls(groups);
        this.slots = new Socket[count];
        for (int i = count - 1; i >= 0; i--) {
            slots[i] = new Socket(i);
            slots[i].nextFree = free;
            free = slots[i];
        }
    }

    /// Sockets in use.
    public int open() {
        return open;
    }

    // ---- descriptors ----

    /// Makes a socket of TCP or UDP. `EAFNOSUPPORT`, `ESOCKTNOSUPPORT`, `EMFILE`, `ENOBUFS`.
    public int socket(int family, int type) {
        return socket(family, type, 0);
    }

    /// Makes a socket. `protocol` is 0 for the usual one of the type; with [#SOCK_DGRAM] ICMP, for echo requests
    /// and replies (icmp(7)); with [#SOCK_RAW] 1 to 255, where 255 sends packets with their IP header and hears
    /// none (raw(7)). `EAFNOSUPPORT`, `ESOCKTNOSUPPORT`, `EPROTONOSUPPORT`, `EMFILE`, `ENOBUFS`.
    public int socket(int family, int type, int protocol) {
        owner.check();
        if (family != AF_INET) {
            return -Errno.EAFNOSUPPORT;
        }
        if (type != SOCK_STREAM && type != SOCK_DGRAM && type != SOCK_RAW) {
            return -Errno.ESOCKTNOSUPPORT;
        }
        if (!isOf(type, protocol)) {
            return -Errno.EPROTONOSUPPORT;
        }
        final Socket s = take(type);
        if (s == null) {
            return -Errno.EMFILE;
        }
        if (type != SOCK_STREAM && !openDatagrams(s, type, protocol)) {
            giveBack(s);
            return -Errno.ENOBUFS;
        }
        return descriptor(s);
    }

    private static boolean isOf(int type, int protocol) {
        return switch (type) {
            case SOCK_STREAM -> protocol == 0 || protocol == IpProtocol.TCP;
            case SOCK_DGRAM -> protocol == 0 || protocol == IpProtocol.UDP || protocol == IpProtocol.ICMP;
            default -> protocol > 0 && protocol <= IpProtocol.RAW;
        };
    }

    private boolean openDatagrams(Socket s, int type, int protocol) {
        return type == SOCK_DGRAM && protocol != IpProtocol.ICMP ? openUdp(s) : openRaw(s, type, protocol);
    }

    private boolean openUdp(Socket s) {
        final UdpEndpoint e = udp.open();
        if (e == null) {
            return false;
        }
        e.attachment(s);
        e.handler(events);
        s.endpoint = e;
        s.datagrams = udpCalls;
        return true;
    }

    private boolean openRaw(Socket s, int type, int protocol) {
        final RawEndpoint e = type == SOCK_RAW ? raw.open(protocol) : raw.openEcho();
        if (e == null) {
            return false;
        }
        e.headerIncluded(protocol == IpProtocol.RAW);
        e.attachment(s);
        e.handler(events);
        s.raw = e;
        s.datagrams = rawCalls;
        return true;
    }

    private @Nullable Socket take(int type) {
        final Socket s = free;
        if (s != null) {
            free = s.nextFree;
            s.nextFree = null;
            s.open(type);
            s.settings.reset(tcp.config());
            open++;
        }
        return s;
    }

    private void giveBack(Socket s) {
        s.open(0);
        s.nextFree = free;
        free = s;
        open--;
    }

    int descriptor(Socket s) {
        return (s.generation & GENERATION_MASK) << INDEX_BITS | s.index;
    }

    @Nullable
    Socket find(int descriptor) {
        owner.check();
        final int index = descriptor & INDEX_MASK;
        if (descriptor < 0 || index >= slots.length) {
            return null;
        }
        final Socket s = slots[index];
        return s.type != 0 && (s.generation & GENERATION_MASK) == descriptor >>> INDEX_BITS ? s : null;
    }

    /// Ends a socket. What is queued on a connection is still sent. `EBADF`.
    public int close(int descriptor) {
        final Socket s = find(descriptor);
        if (s == null) {
            return -Errno.EBADF;
        }
        if (s.connection != null) {
            s.connection.close();
        }
        if (s.listener != null) {
            s.listener.close();
        }
        if (s.datagrams != null) {
            s.datagrams.close(s);
        }
        giveBack(s);
        return 0;
    }

    /// Sets who is told of events; null for nobody. `EBADF`.
    public int callback(int descriptor, @Nullable SocketCallback callback) {
        final Socket s = find(descriptor);
        if (s == null) {
            return -Errno.EBADF;
        }
        s.callback = callback;
        return 0;
    }

    /// What can be done without `EAGAIN` now: [#POLLIN], [#POLLOUT], [#POLLERR], [#POLLHUP]. The callback is called
    /// when more can be done. `EBADF`.
    public int ready(int descriptor) {
        final Socket s = find(descriptor);
        return s == null ? -Errno.EBADF : SocketEvents.readiness(s);
    }

    // ---- naming ----

    /// Names the local end; port 0 for a free one. `EBADF`, `EINVAL` if it has a name, `EADDRINUSE`,
    /// `EADDRNOTAVAIL`, `ENOBUFS`, `EPERM` if the stack's filter refuses it.
    public int bind(int descriptor, SocketAddress local) {
        final Socket s = find(descriptor);
        if (s == null) {
            return -Errno.EBADF;
        }
        if (isInvalidPort(local)) {
            return -Errno.EINVAL;
        }
        if (s.datagrams != null) {
            return s.datagrams.bind(s, local);
        }
        return streams.bind(s, local);
    }

    private static boolean isInvalidPort(SocketAddress address) {
        return address.port() < 0 || address.port() > 0xFFFF;
    }

    /// Accepts connections from now on. `EBADF`, `EOPNOTSUPP`, `EINVAL` if connected, `EPERM`, and what [#bind]
    /// says if it has no name.
    public int listen(int descriptor, int backlog) {
        final Socket s = find(descriptor);
        if (s == null) {
            return -Errno.EBADF;
        }
        if (s.type != SOCK_STREAM) {
            return -Errno.EOPNOTSUPP;
        }
        return streams.listen(s, backlog);
    }

    /// Gives the oldest waiting connection a descriptor and stores its peer. `EBADF`, `EINVAL` if not listening,
    /// `EAGAIN`, `EMFILE`.
    public int accept(int descriptor, @Nullable SocketAddress peer) {
        final Socket s = find(descriptor);
        if (s == null) {
            return -Errno.EBADF;
        }
        final int problem = StreamCalls.acceptProblem(s);
        if (problem != 0) {
            return problem;
        }
        final Socket accepted = take(SOCK_STREAM);
        if (accepted == null) {
            return -Errno.EMFILE;
        }
        streams.accept(s, accepted, peer);
        return descriptor(accepted);
    }

    /// Begins to connect: `EINPROGRESS` for a stream, whose end is told by [#POLLOUT] and `SO_ERROR`. `EBADF`,
    /// `EINVAL`, `EISCONN`, `EALREADY`, `EOPNOTSUPP` if listening, `ENETUNREACH`, `EADDRINUSE`, `EADDRNOTAVAIL` if
    /// no port is left, `ENOBUFS`, `EPERM` if the stack's filter refuses it.
    public int connect(int descriptor, SocketAddress remote) {
        final Socket s = find(descriptor);
        if (s == null) {
            return -Errno.EBADF;
        }
        if (isInvalidPort(remote)) {
            return -Errno.EINVAL;
        }
        if (s.datagrams != null) {
            return s.datagrams.connect(s, remote);
        }
        return streams.connect(s, remote);
    }

    /// Ends the association of a datagram socket with its peer: `connect` to `AF_UNSPEC`. `EBADF`, `EOPNOTSUPP` on
    /// a stream.
    public int disconnect(int descriptor) {
        final Socket s = find(descriptor);
        if (s == null) {
            return -Errno.EBADF;
        }
        if (s.datagrams == null) {
            return -Errno.EOPNOTSUPP;
        }
        s.datagrams.disconnect(s);
        return 0;
    }

    /// Octets that [#receive] would return at once, given room: of a stream, or of the oldest datagram: `FIONREAD`.
    /// `EBADF`.
    public int available(int descriptor) {
        final Socket s = find(descriptor);
        if (s == null) {
            return -Errno.EBADF;
        }
        if (s.datagrams != null) {
            final Pbuf datagram = s.datagrams.peek(s);
            return datagram == null ? 0 : datagram.totalLength();
        }
        return s.connection == null ? 0 : s.connection.receivedOctets();
    }

    /// Stores the local name; 0.0.0.0:0 if there is none. `EBADF`.
    public int localAddress(int descriptor, SocketAddress local) {
        final Socket s = find(descriptor);
        if (s == null) {
            return -Errno.EBADF;
        }
        if (s.connection != null) {
            local.set(s.connection.localHigh(), s.connection.localLow(), s.connection.localPort());
        } else if (s.listener != null) {
            local.set(s.listener.localHigh(), s.listener.localLow(), s.listener.localPort());
        } else if (s.datagrams != null) {
            s.datagrams.localAddress(s, local);
        } else {
            local.set(0, IpAddress.ANY.low(), 0);
        }
        return 0;
    }

    /// Stores the peer's name. `EBADF`, `ENOTCONN`.
    public int remoteAddress(int descriptor, SocketAddress remote) {
        final Socket s = find(descriptor);
        if (s == null) {
            return -Errno.EBADF;
        }
        if (s.connection != null && !s.connecting) {
            remote.set(s.connection.remoteHigh(), s.connection.remoteLow(), s.connection.remotePort());
            return 0;
        }
        if (s.datagrams != null && s.datagrams.isConnected(s)) {
            s.datagrams.remoteAddress(s, remote);
            return 0;
        }
        return -Errno.ENOTCONN;
    }

    // ---- data ----

    /// The raw interface of a connected stream socket, for reading and writing without a copy; events still go to
    /// the socket's callback. Null if there is no connection, or none yet. Valid until the socket is closed or has
    /// failed.
    public @Nullable TcpConnection connection(int descriptor) {
        final Socket s = find(descriptor);
        return s == null || s.connecting ? null : s.connection;
    }

    /// The raw interface of a UDP socket, as [#connection].
    public @Nullable UdpEndpoint endpoint(int descriptor) {
        final Socket s = find(descriptor);
        return s == null ? null : s.endpoint;
    }

    /// Sends up to `length` octets on a connection, or a datagram to the connected peer. Returns how many were
    /// taken. `EBADF`, `EAGAIN`, `ENOTCONN`, `EDESTADDRREQ`, `EPIPE` after shutdown, the pending error of the
    /// socket, and for datagrams what [#sendTo] says.
    public int send(int descriptor, MemorySegment source, long offset, int length) {
        final Socket s = find(descriptor);
        if (s == null) {
            return -Errno.EBADF;
        }
        final int problem = sendProblem(s);
        if (problem != 0) {
            return problem;
        }
        if (s.datagrams != null) {
            return sentToPeer(s, s.datagrams, s.datagrams.send(s, source, offset, length), length);
        }
        final int written = connectionOf(s).write(source, offset, length);
        return written == 0 && length > 0 ? -Errno.EAGAIN : written;
    }

    /// As [#send] from memory.
    public int send(int descriptor, OctetSource source, int length) {
        final Socket s = find(descriptor);
        if (s == null) {
            return -Errno.EBADF;
        }
        final int problem = sendProblem(s);
        if (problem != 0) {
            return problem;
        }
        if (s.datagrams != null) {
            return sentToPeer(s, s.datagrams, s.datagrams.send(s, source, length), length);
        }
        final int written = connectionOf(s).write(source, length);
        return written == 0 && length > 0 ? -Errno.EAGAIN : written;
    }

    /// Why nothing can be sent to the peer, as a negative errno; 0 if something can.
    private static int sendProblem(Socket s) {
        if (s.datagrams != null) {
            return s.datagrams.isConnected(s) ? datagramProblem(s) : -Errno.EDESTADDRREQ;
        }
        if (s.error != 0) {
            return -SocketEvents.takeError(s);
        }
        final TcpConnection c = s.connection;
        if (c == null) {
            return s.outputShut ? -Errno.EPIPE : -Errno.ENOTCONN;
        }
        if (s.connecting) {
            return -Errno.EAGAIN;
        }
        return s.outputShut || !c.state().sends() ? -Errno.EPIPE : 0;
    }

    private static int datagramProblem(Socket s) {
        if (s.outputShut) {
            return -Errno.EPIPE;
        }
        return s.error == 0 ? 0 : -SocketEvents.takeError(s);
    }

    private static TcpConnection connectionOf(Socket s) {
        return Objects.requireNonNull(s.connection);
    }

    private int sentToPeer(Socket s, DatagramCalls datagrams, int error, int length) {
        datagrams.remoteAddress(s, peer);
        return sent(s, error, length, peer.low());
    }

    private int sent(Socket s, int error, int length, long low) {
        if (error == -Errno.EAGAIN) {
            blocked.block(s, length, low);
        }
        return error == 0 ? length : error;
    }

    /// Tells those whose datagrams found no room that there is room now.
    void retry() {
        blocked.retry();
    }

    /// When [#retry] wants to be called; [org.weir.time.TimerWheel#NEVER] if never.
    long retryNs() {
        return blocked.retryNs();
    }

    /// Sends one datagram to `remote`. Returns `length`. `EBADF`, `EOPNOTSUPP` on a stream, `EINVAL`, `EMSGSIZE`,
    /// `EACCES` to all hosts of a network without `SO_BROADCAST`, `ENETUNREACH`, `EAGAIN` if the link or the pool
    /// is full, `EPERM` if the stack's filter refuses it, and the pending error of the socket.
    public int sendTo(int descriptor, MemorySegment source, long offset, int length, SocketAddress remote) {
        final Socket s = find(descriptor);
        if (s == null) {
            return -Errno.EBADF;
        }
        final int problem = sendToProblem(s, remote);
        return problem != 0 || s.datagrams == null
                ? problem
                : sent(
                        s,
                        s.datagrams.send(s, source, offset, length, remote.low(), remote.port()),
                        length,
                        remote.low());
    }

    /// As [#sendTo] from memory.
    public int sendTo(int descriptor, OctetSource source, int length, SocketAddress remote) {
        final Socket s = find(descriptor);
        if (s == null) {
            return -Errno.EBADF;
        }
        final int problem = sendToProblem(s, remote);
        return problem != 0 || s.datagrams == null
                ? problem
                : sent(s, s.datagrams.send(s, source, length, remote.low(), remote.port()), length, remote.low());
    }

    private static int sendToProblem(Socket s, SocketAddress remote) {
        if (s.datagrams == null) {
            return -Errno.EOPNOTSUPP;
        }
        return isInvalidPort(remote) || s.datagrams.isNoDestination(remote) ? -Errno.EINVAL : datagramProblem(s);
    }

    /// Reads up to `length` octets of a connection, or one datagram. Returns how many, 0 at the end of the stream.
    /// With [#MSG_PEEK] they stay. `EBADF`, `EAGAIN`, `ENOTCONN`, and the pending error of the socket.
    public int receive(int descriptor, MemorySegment target, long offset, int length, int flags) {
        final Socket s = find(descriptor);
        if (s == null) {
            return -Errno.EBADF;
        }
        if (s.datagrams != null) {
            return receiveDatagram(s, s.datagrams, target, offset, length, flags);
        }
        final TcpConnection c = s.error == 0 && !s.connecting ? s.connection : null;
        if (c == null) {
            return receiveProblem(s);
        }
        final boolean peek = (flags & MSG_PEEK) != 0;
        final int count = peek ? c.peek(target, offset, length) : c.read(target, offset, length);
        return received(s, c, count, length);
    }

    /// As [#receive] into memory.
    public int receive(int descriptor, OctetTarget target, int length, int flags) {
        final Socket s = find(descriptor);
        if (s == null) {
            return -Errno.EBADF;
        }
        if (s.datagrams != null) {
            return receiveDatagram(s, s.datagrams, target, length, flags);
        }
        final TcpConnection c = s.error == 0 && !s.connecting ? s.connection : null;
        if (c == null) {
            return receiveProblem(s);
        }
        final boolean peek = (flags & MSG_PEEK) != 0;
        return received(s, c, peek ? c.peek(target, length) : c.read(target, length), length);
    }

    /// Why nothing can be read of a stream that is not connected; 0 at the end of one that was.
    private static int receiveProblem(Socket s) {
        if (s.error != 0) {
            return -SocketEvents.takeError(s);
        }
        return s.connection == null && s.inputShut ? 0 : -Errno.ENOTCONN;
    }

    private static int received(Socket s, TcpConnection c, int count, int length) {
        if (count > 0 || length == 0) {
            return count;
        }
        return c.endOfStream() || s.inputShut ? 0 : -Errno.EAGAIN;
    }

    /// Reads one datagram and stores its sender. Returns how many octets were copied; with [#MSG_TRUNC] how many it
    /// had. `EBADF`, `EOPNOTSUPP` on a stream, `EAGAIN`, and the pending error of the socket.
    public int receiveFrom(
            int descriptor, MemorySegment target, long offset, int length, int flags, SocketAddress sender) {
        final Socket s = find(descriptor);
        if (s == null) {
            return -Errno.EBADF;
        }
        if (s.datagrams == null) {
            return -Errno.EOPNOTSUPP;
        }
        storeSender(s, s.datagrams, sender);
        return receiveDatagram(s, s.datagrams, target, offset, length, flags);
    }

    /// As [#receiveFrom] into memory.
    public int receiveFrom(int descriptor, OctetTarget target, int length, int flags, SocketAddress sender) {
        final Socket s = find(descriptor);
        if (s == null) {
            return -Errno.EBADF;
        }
        if (s.datagrams == null) {
            return -Errno.EOPNOTSUPP;
        }
        storeSender(s, s.datagrams, sender);
        return receiveDatagram(s, s.datagrams, target, length, flags);
    }

    private static void storeSender(Socket s, DatagramCalls datagrams, SocketAddress sender) {
        final Pbuf datagram = datagrams.peek(s);
        if (datagram != null) {
            datagrams.sender(datagram, sender);
        }
    }

    private static int receiveDatagram(
            Socket s, DatagramCalls datagrams, MemorySegment target, long offset, int length, int flags) {
        final Pbuf datagram = s.error == 0 ? datagrams.peek(s) : null;
        return datagram == null
                ? noDatagram(s)
                : received(s, datagrams, datagram, datagram.copyTo(0, target, offset, length), flags);
    }

    private static int receiveDatagram(Socket s, DatagramCalls datagrams, OctetTarget target, int length, int flags) {
        final Pbuf datagram = s.error == 0 ? datagrams.peek(s) : null;
        return datagram == null
                ? noDatagram(s)
                : received(s, datagrams, datagram, datagram.copyTo(target, length), flags);
    }

    private static int noDatagram(Socket s) {
        if (s.error != 0) {
            return -SocketEvents.takeError(s);
        }
        return s.inputShut ? 0 : -Errno.EAGAIN;
    }

    /// The oldest datagram has been copied, and goes unless it was only looked at.
    private static int received(Socket s, DatagramCalls datagrams, Pbuf datagram, int copied, int flags) {
        final int whole = datagram.totalLength();
        if ((flags & MSG_PEEK) == 0) {
            datagrams.drop(s);
        }
        return (flags & MSG_TRUNC) != 0 ? whole : copied;
    }

    /// Takes the oldest error that was reported about a datagram of the socket, if it asks for such
    /// ([SocketOptions#IP_RECVERR]), stores it in `report`, and up to `length` octets of what that datagram
    /// carried, as far as the report quotes it. Returns how many. `EBADF`, `EOPNOTSUPP` on a stream, `EAGAIN` if
    /// there is none.
    public int receiveError(int descriptor, ErrorReport report, MemorySegment target, long offset, int length) {
        final Socket s = find(descriptor);
        if (s == null) {
            return -Errno.EBADF;
        }
        if (s.datagrams == null) {
            return -Errno.EOPNOTSUPP;
        }
        final ErrorQueue errors = s.datagrams.errors(s);
        final ReportedError oldest = errors.peek();
        if (oldest == null) {
            return -Errno.EAGAIN;
        }
        report.fill(oldest);
        final Pbuf quoted = oldest.quoted();
        final int copied = quoted == null ? 0 : quoted.copyTo(0, target, offset, length);
        errors.drop();
        SocketEvents.nextError(s, errors);
        return copied;
    }

    /// Ends one or both directions of a connection. `EBADF`, `EINVAL`, `ENOTCONN`.
    public int shutdown(int descriptor, int how) {
        final Socket s = find(descriptor);
        if (s == null) {
            return -Errno.EBADF;
        }
        if (how < SHUT_RD || how > SHUT_RDWR) {
            return -Errno.EINVAL;
        }
        final TcpConnection c = s.connection;
        final boolean connectedDatagram = s.datagrams != null && s.datagrams.isConnected(s);
        if (c == null && !connectedDatagram || s.connecting) {
            return -Errno.ENOTCONN;
        }
        s.inputShut |= how != SHUT_WR;
        if (how != SHUT_RD) {
            s.outputShut = true;
            if (c != null && c.state() != TcpState.CLOSED) {
                c.shutdownOutput();
            }
        }
        return 0;
    }

    // ---- groups and options ----

    /// What datagram sockets hear of IPv4 groups.
    public SocketGroups groups() {
        return groups;
    }

    /// Sets an option of [SocketOptions]. `EBADF`, `EINVAL`, `ENOPROTOOPT`: an option that is not there is refused.
    public int setOption(int descriptor, int level, int name, int value) {
        final Socket s = find(descriptor);
        return s == null ? -Errno.EBADF : SocketOptions.set(s, level, name, value);
    }

    /// The value of an option of [SocketOptions], never negative. `EBADF`, `ENOPROTOOPT`.
    public int option(int descriptor, int level, int name) {
        final Socket s = find(descriptor);
        return s == null ? -Errno.EBADF : SocketOptions.get(s, level, name);
    }

    /// Sets what [#close] does with what is not acknowledged: wait for `seconds` and then reset, reset at once with
    /// 0, or, if not `on`, neither. `EBADF`, `EINVAL`, `ENOPROTOOPT` on a datagram socket.
    public int linger(int descriptor, boolean on, int seconds) {
        final Socket s = find(descriptor);
        if (s == null) {
            return -Errno.EBADF;
        }
        if (s.type != SOCK_STREAM) {
            return -Errno.ENOPROTOOPT;
        }
        if (seconds < 0) {
            return -Errno.EINVAL;
        }
        s.settings.linger = on;
        s.settings.lingerNs = seconds * StackClock.SECOND;
        return SocketOptions.apply(s);
    }

    /// What [#linger] has set, in seconds; -1 if it is off. `EBADF`, `ENOPROTOOPT` on a datagram socket are not
    /// told apart from that.
    public int linger(int descriptor) {
        final Socket s = find(descriptor);
        return s == null || !s.settings.linger ? -1 : (int) (s.settings.lingerNs / StackClock.SECOND);
    }

    /// Chooses how the congestion window grows and shrinks: `TCP_CONGESTION`. `EBADF`, `ENOPROTOOPT` on a datagram
    /// socket.
    public int congestion(int descriptor, CongestionAlgorithm algorithm) {
        final Socket s = find(descriptor);
        if (s == null) {
            return -Errno.EBADF;
        }
        if (s.type != SOCK_STREAM) {
            return -Errno.ENOPROTOOPT;
        }
        s.settings.congestion = algorithm;
        return SocketOptions.apply(s);
    }

    /// What [#congestion] has set, or the stack's default.
    public CongestionAlgorithm congestion(int descriptor) {
        final Socket s = find(descriptor);
        return s == null ? tcp.config().congestion() : s.settings.congestion;
    }

    /// Fills `info` with the state of the connection: `TCP_INFO`. `EBADF`, `ENOTCONN`.
    public int info(int descriptor, TcpInfo info) {
        final Socket s = find(descriptor);
        if (s == null) {
            return -Errno.EBADF;
        }
        if (s.connection == null) {
            return -Errno.ENOTCONN;
        }
        s.connection.info(info);
        return 0;
    }
}
