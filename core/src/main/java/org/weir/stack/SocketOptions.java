package org.weir.stack;

import org.weir.tcp.TcpConfig;
import org.weir.tcp.TcpConnection;
import org.weir.tcp.TcpSettings;
import org.weir.time.StackClock;

/// The socket options, with the numbers and units of Linux. One that is not listed here is refused with
/// `ENOPROTOOPT`, a value out of its range with `EINVAL`.
///
/// An option set on a listening socket holds for the connections that arrive from then on.
public final class SocketOptions {
    /// Levels.
    public static final int IPPROTO_IP = 0;

    public static final int SOL_SOCKET = 1;
    public static final int IPPROTO_TCP = 6;
    public static final int IPPROTO_UDP = 17;
    public static final int SOL_RAW = 255;

    /// 1 to share a bound port with other sockets that have this set, as long as none of them listens. Of datagram
    /// sockets the one bound last hears what is sent to this host, and each what is sent to a group or to all
    /// hosts.
    public static final int SO_REUSEADDR = 2;
    /// The type of the socket; read only.
    public static final int SO_TYPE = 3;
    /// The pending error, cleared by reading it; read only.
    public static final int SO_ERROR = 4;
    /// 1 to permit sending to all hosts of a network.
    public static final int SO_BROADCAST = 6;
    /// Octets that a stream queues for sending; fixes the size. Not doubled, as Linux would. Nothing is queued for
    /// a datagram socket: octets that one call sends at most, `EMSGSIZE` beyond.
    public static final int SO_SNDBUF = 7;
    /// Octets that wait for the reader; fixes the size. Not doubled, as Linux would.
    public static final int SO_RCVBUF = 8;
    /// 1 to probe a silent connection.
    public static final int SO_KEEPALIVE = 9;
    /// 1 to share a port with other sockets that have this set: connections, or senders of datagrams, are spread
    /// over them.
    public static final int SO_REUSEPORT = 15;
    /// Octets of payload that a stream sends for each second at most; 0 for no limit.
    public static final int SO_MAX_PACING_RATE = 47;
    /// 1 if the socket accepts connections; read only.
    public static final int SO_ACCEPTCONN = 30;

    /// 1 to switch Nagle's algorithm off.
    public static final int TCP_NODELAY = 1;
    /// Octets of payload in a full segment; to be set before connecting or listening, 88 to 32767.
    public static final int TCP_MAXSEG = 2;
    /// 1 to send full segments only, for 200 ms at most.
    public static final int TCP_CORK = 3;
    /// Seconds of silence before the first probe, 1 to 32767.
    public static final int TCP_KEEPIDLE = 4;
    /// Seconds between two probes, 1 to 32767.
    public static final int TCP_KEEPINTVL = 5;
    /// Probes without an answer after which the connection times out, 1 to 127.
    public static final int TCP_KEEPCNT = 6;
    /// Retransmissions of the SYN, 1 to 127.
    public static final int TCP_SYNCNT = 7;
    /// Seconds that a FIN-WAIT-2 that nobody waits for lasts, 1 to 120.
    public static final int TCP_LINGER2 = 8;
    /// Seconds that a connection waits for its first data before it is accepted without, 0 to 3600.
    public static final int TCP_DEFER_ACCEPT = 9;
    /// 1 to acknowledge at once, 0 to delay acknowledgments; not permanent.
    public static final int TCP_QUICKACK = 12;
    /// Milliseconds that something may wait for its acknowledgment; 0 for as long as retransmission takes.
    public static final int TCP_USER_TIMEOUT = 18;
    /// Octets waiting to be sent for the first time below which the socket is writable.
    public static final int TCP_NOTSENT_LOWAT = 25;
    /// The type of service of what is sent: DSCP in the upper six bits, 0 to 255; the lower two do not count for
    /// streams.
    public static final int IP_TOS = 1;
    /// Time to live of what is sent, but not to groups, 1 to 255.
    public static final int IP_TTL = 2;
    /// 1 if what a raw socket sends begins with its IP header.
    public static final int IP_HDRINCL = 3;
    /// 1 to keep the errors that are reported about datagrams, wherever these went, for [Sockets#receiveError].
    public static final int IP_RECVERR = 11;
    /// The interface by which to send to groups, by its [org.weir.ip.Netif#index]; 0 to let the routes choose.
    public static final int IP_MULTICAST_IF = 32;
    /// Time to live of what is sent to groups, 0 (this host alone) to 255, or -1 for the default of 1.
    public static final int IP_MULTICAST_TTL = 33;
    /// 1 to hear here what is sent to groups that sockets of this host have joined.
    public static final int IP_MULTICAST_LOOP = 34;

    /// Octets of payload after which what one call sends is cut into another datagram, 0 (never) to 65535.
    public static final int UDP_SEGMENT = 103;

    /// Which ICMP types, one bit for each of 0 to 31, a raw socket does not hear; write only.
    public static final int ICMP_FILTER = 1;

    private static final int LEAST_SEGMENT = 88;
    private static final int LARGEST_SEGMENT = 32_767;
    private static final int LONGEST_KEEP_ALIVE = 32_767;
    private static final int MOST_PROBES = 127;
    private static final int LONGEST_FIN_WAIT = 120;
    private static final int LONGEST_DEFERRAL = 3_600;

    private SocketOptions() {}

    // ---- setting ----

    static int set(Socket s, int level, int name, int value) {
        if (s.datagrams != null) {
            return s.datagrams.set(s, level, name, value);
        }
        return switch (level) {
            case SOL_SOCKET -> setSocketLevel(s, name, value);
            case IPPROTO_TCP -> setTcpLevel(s, name, value);
            case IPPROTO_IP -> setIpLevel(s, name, value);
            default -> -Errno.ENOPROTOOPT;
        };
    }

    private static int setSocketLevel(Socket s, int name, int value) {
        final TcpSettings t = s.settings;
        switch (name) {
            case SO_REUSEADDR -> s.reuseAddress = value != 0;
            case SO_REUSEPORT -> s.reusePort = value != 0;
            case SO_KEEPALIVE -> t.keepAlive = value != 0;
            case SO_MAX_PACING_RATE -> {
                if (value < 0) {
                    return -Errno.EINVAL;
                }
                t.maximumPacingRate = value;
            }
            case SO_SNDBUF, SO_RCVBUF -> {
                if (value < TcpConfig.MINIMUM_BUFFER || value > TcpConfig.MAXIMUM_BUFFER) {
                    return -Errno.EINVAL;
                }
                if (name == SO_SNDBUF) {
                    t.sendBuffer = value;
                } else {
                    t.receiveBuffer = value;
                }
            }
            default -> {
                return -Errno.ENOPROTOOPT;
            }
        }
        return apply(s);
    }

    private static int setTcpLevel(Socket s, int name, int value) {
        final TcpSettings t = s.settings;
        final int problem = problemOf(s, name, value);
        if (problem != 0) {
            return -problem;
        }
        switch (name) {
            case TCP_NODELAY -> t.noDelay = value != 0;
            case TCP_CORK -> t.cork = value != 0;
            case TCP_MAXSEG -> t.maximumSegmentSize = value;
            case TCP_KEEPIDLE -> t.keepAliveIdleNs = value * StackClock.SECOND;
            case TCP_KEEPINTVL -> t.keepAliveIntervalNs = value * StackClock.SECOND;
            case TCP_KEEPCNT -> t.keepAliveProbes = value;
            case TCP_SYNCNT -> t.synRetries = value;
            case TCP_LINGER2 -> t.finWait2Ns = value * StackClock.SECOND;
            case TCP_DEFER_ACCEPT -> t.deferAcceptNs = value * StackClock.SECOND;
            case TCP_USER_TIMEOUT -> t.userTimeoutNs = value * StackClock.MILLISECOND;
            case TCP_NOTSENT_LOWAT -> t.notSentLowWater = value == 0 ? Integer.MAX_VALUE : value;
            case TCP_QUICKACK -> {
                if (s.connection == null) {
                    return -Errno.ENOTCONN;
                }
                s.connection.quickAck(value != 0);
            }
            default -> throw new IllegalStateException("an option without a range");
        }
        return apply(s);
    }

    /// The errno with which `value` is refused; 0 if it is not.
    private static int problemOf(Socket s, int name, int value) {
        return switch (name) {
            case TCP_NODELAY, TCP_CORK, TCP_QUICKACK -> 0;
            case TCP_MAXSEG -> {
                if (s.connection != null) {
                    yield Errno.EISCONN;
                }
                yield unlessIn(value, LEAST_SEGMENT, LARGEST_SEGMENT);
            }
            case TCP_KEEPIDLE, TCP_KEEPINTVL -> unlessIn(value, 1, LONGEST_KEEP_ALIVE);
            case TCP_KEEPCNT, TCP_SYNCNT -> unlessIn(value, 1, MOST_PROBES);
            case TCP_LINGER2 -> unlessIn(value, 1, LONGEST_FIN_WAIT);
            case TCP_DEFER_ACCEPT -> unlessIn(value, 0, LONGEST_DEFERRAL);
            case TCP_USER_TIMEOUT, TCP_NOTSENT_LOWAT -> unlessIn(value, 0, Integer.MAX_VALUE);
            default -> Errno.ENOPROTOOPT;
        };
    }

    /// The errno with which a value that is out of its range is refused; 0 if it is not.
    static int unlessIn(int value, int least, int most) {
        return value < least || value > most ? Errno.EINVAL : 0;
    }

    private static int setIpLevel(Socket s, int name, int value) {
        if (name != IP_TTL && name != IP_TOS) {
            return -Errno.ENOPROTOOPT;
        }
        if (unlessIn(value, name == IP_TTL ? 1 : 0, 0xFF) != 0) {
            return -Errno.EINVAL;
        }
        if (name == IP_TTL) {
            s.settings.timeToLive = value;
        } else {
            s.settings.typeOfService = value;
        }
        return apply(s);
    }

    /// What was set reaches the connection or the listener, if there is one.
    static int apply(Socket s) {
        final boolean taken = (s.connection == null || s.connection.use(s.settings))
                && (s.listener == null || s.listener.use(s.settings));
        return taken ? 0 : -Errno.ENOBUFS;
    }

    // ---- reading ----

    static int get(Socket s, int level, int name) {
        if (s.datagrams != null && !isOfAll(level, name)) {
            return s.datagrams.get(s, level, name);
        }
        return switch (level) {
            case SOL_SOCKET -> socketLevel(s, name);
            case IPPROTO_TCP -> tcpLevel(s, name);
            case IPPROTO_IP -> ipLevel(s, name);
            default -> -Errno.ENOPROTOOPT;
        };
    }

    private static boolean isOfAll(int level, int name) {
        return level == SOL_SOCKET && (name == SO_TYPE || name == SO_ERROR || name == SO_ACCEPTCONN);
    }

    private static int ipLevel(Socket s, int name) {
        return switch (name) {
            case IP_TTL -> s.settings.timeToLive;
            case IP_TOS -> s.settings.typeOfService;
            default -> -Errno.ENOPROTOOPT;
        };
    }

    private static int socketLevel(Socket s, int name) {
        return switch (name) {
            case SO_TYPE -> s.type;
            case SO_ERROR -> SocketEvents.takeError(s);
            case SO_ACCEPTCONN -> flag(s.listener != null && s.listener.isListening());
            default -> streamLevel(s, name);
        };
    }

    private static int streamLevel(Socket s, int name) {
        final TcpConnection c = s.connection;
        return switch (name) {
            case SO_REUSEADDR -> flag(s.reuseAddress);
            case SO_REUSEPORT -> flag(s.reusePort);
            case SO_KEEPALIVE -> flag(s.settings.keepAlive);
            case SO_MAX_PACING_RATE -> (int) s.settings.maximumPacingRate;
            case SO_SNDBUF -> c == null ? s.settings.sendBuffer : c.sendBuffer();
            case SO_RCVBUF -> c == null ? s.settings.receiveBuffer : c.receiveBuffer();
            default -> -Errno.ENOPROTOOPT;
        };
    }

    private static int tcpLevel(Socket s, int name) {
        final TcpSettings t = s.settings;
        final TcpConnection c = s.connection;
        return switch (name) {
            case TCP_NODELAY -> flag(t.noDelay);
            case TCP_CORK -> flag(t.cork);
            case TCP_MAXSEG -> c == null ? t.maximumSegmentSize : c.segmentSize();
            case TCP_KEEPIDLE -> seconds(t.keepAliveIdleNs);
            case TCP_KEEPINTVL -> seconds(t.keepAliveIntervalNs);
            case TCP_KEEPCNT -> t.keepAliveProbes;
            case TCP_SYNCNT -> t.synRetries;
            case TCP_LINGER2 -> seconds(t.finWait2Ns);
            case TCP_DEFER_ACCEPT -> seconds(t.deferAcceptNs);
            case TCP_USER_TIMEOUT -> (int) (t.userTimeoutNs / StackClock.MILLISECOND);
            case TCP_NOTSENT_LOWAT -> t.notSentLowWater == Integer.MAX_VALUE ? 0 : t.notSentLowWater;
            case TCP_QUICKACK -> c == null ? -Errno.ENOTCONN : flag(c.quickAck());
            default -> -Errno.ENOPROTOOPT;
        };
    }

    static int flag(boolean on) {
        return on ? 1 : 0;
    }

    private static int seconds(long ns) {
        return (int) (ns / StackClock.SECOND);
    }
}
