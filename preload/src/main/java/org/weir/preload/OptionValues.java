package org.weir.preload;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.weir.ip.Ipv4;
import org.weir.ip.Netif;
import org.weir.stack.Errno;
import org.weir.stack.SocketGroups;
import org.weir.stack.SocketOptions;
import org.weir.stack.Sockets;
import org.weir.stack.Stack;
import org.weir.tcp.CongestionAlgorithm;
import org.weir.tcp.TcpConfig;
import org.weir.wire.IpAddress;

/// The values of socket options as C programs have them: most are an `int`, some a structure or a name. What is not
/// known here or in [SocketOptions] is refused with `ENOPROTOOPT`.
final class OptionValues {
    private static final int SO_LINGER = 13;
    private static final int SO_BINDTODEVICE = 25;
    private static final int TCP_INFO = 11;
    private static final int TCP_CONGESTION = 13;
    private static final int IP_ADD_MEMBERSHIP = 35;
    private static final int IP_DROP_MEMBERSHIP = 36;
    private static final int IP_ADD_SOURCE_MEMBERSHIP = 39;
    private static final int IP_DROP_SOURCE_MEMBERSHIP = 40;

    // linux/in.h: struct ip_mreqn { group; address; int index }, struct ip_mreq without the last
    private static final int MREQ_SIZE = 8;
    private static final int MREQN_SIZE = 12;
    // struct ip_mreq_source { group; interface; source }
    private static final int MREQ_SOURCE_SIZE = 12;
    private static final int LINGER_SIZE = 8;
    private static final int ENOENT = 2;

    private final Sockets sockets;
    private final SocketGroups groups;
    private final Ipv4 ipv4;
    private final TcpInfoRecord info = new TcpInfoRecord();

    OptionValues(Stack stack) {
        this.sockets = stack.sockets();
        this.groups = sockets.groups();
        this.ipv4 = stack.ipv4();
    }

    // ---- setting ----

    /// Sets what `request` says. Returns an errno, or 0.
    int set(ProgramSocket s, MemorySegment request) {
        final int level = Protocol.i32(request, Protocol.REQUEST_TYPE);
        final int name = Protocol.i32(request, Protocol.REQUEST_PROTOCOL);
        final int length = Protocol.u16(request, Protocol.REQUEST_LENGTH);
        final MemorySegment value = request.asSlice(Protocol.REQUEST_SIZE, length);
        if (level == SocketOptions.SOL_SOCKET && name == SO_LINGER) {
            return linger(s, value, length);
        }
        if (level == SocketOptions.SOL_SOCKET && name == SO_BINDTODEVICE) {
            return bindToDevice(ipv4, text(value, length));
        }
        if (level == SocketOptions.IPPROTO_TCP && name == TCP_CONGESTION) {
            return congestion(s, text(value, length));
        }
        if (level == SocketOptions.IPPROTO_IP && isAboutGroup(name)) {
            return group(s, name, value, length);
        }
        if (length < Integer.BYTES && !(level == SocketOptions.IPPROTO_IP && length > 0)) {
            return Errno.EINVAL;
        }
        final int number = length < Integer.BYTES ? Protocol.u8(value, 0) : Protocol.i32(value, 0);
        return setNumber(s, level, name, number);
    }

    private int setNumber(ProgramSocket s, int level, int name, int number) {
        final boolean isStreamBuffer = level == SocketOptions.SOL_SOCKET
                && s.kind == Protocol.KIND_STREAM
                && (name == SocketOptions.SO_SNDBUF || name == SocketOptions.SO_RCVBUF);
        final int fitting =
                isStreamBuffer ? Math.clamp(number, TcpConfig.MINIMUM_BUFFER, TcpConfig.MAXIMUM_BUFFER) : number;
        return -sockets.setOption(s.descriptor, level, name, fitting);
    }

    private int linger(ProgramSocket s, MemorySegment value, int length) {
        return length < LINGER_SIZE
                ? Errno.EINVAL
                : -sockets.linger(s.descriptor, Protocol.i32(value, 0) != 0, Protocol.i32(value, Integer.BYTES));
    }

    /// There is one way out for each destination, so a device can only be confirmed.
    static int bindToDevice(Ipv4 ipv4, String device) {
        return device.isEmpty() || ipv4.interfaceNamed(device) != null ? 0 : Errno.ENODEV;
    }

    private int congestion(ProgramSocket s, String name) {
        final CongestionAlgorithm algorithm = CongestionAlgorithm.named(name);
        return algorithm == null ? ENOENT : -sockets.congestion(s.descriptor, algorithm);
    }

    static String text(MemorySegment value, int length) {
        final byte[] octets = value.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
        int end = 0;
        while (end < octets.length && octets[end] != 0) {
            end++;
        }
        return new String(octets, 0, end, StandardCharsets.ISO_8859_1);
    }

    private static boolean isAboutGroup(int name) {
        return switch (name) {
            case IP_ADD_MEMBERSHIP,
                    IP_DROP_MEMBERSHIP,
                    IP_ADD_SOURCE_MEMBERSHIP,
                    IP_DROP_SOURCE_MEMBERSHIP,
                    SocketOptions.IP_MULTICAST_IF -> true;
            default -> false;
        };
    }

    private int group(ProgramSocket s, int name, MemorySegment value, int length) {
        if (name == SocketOptions.IP_MULTICAST_IF) {
            final int index = length >= MREQ_SIZE ? interfaceOf(value, length) : interfaceWith(value, length);
            return index < 0 ? Errno.EADDRNOTAVAIL : setNumber(s, SocketOptions.IPPROTO_IP, name, index);
        }
        if (length < MREQ_SIZE) {
            return Errno.EINVAL;
        }
        final IpAddress group = IpAddress.ofIpv4(Protocol.address(value, 0));
        if (name == IP_ADD_MEMBERSHIP || name == IP_DROP_MEMBERSHIP) {
            final int index = interfaceOf(value, length);
            if (index < 0) {
                return Errno.ENODEV;
            }
            return -(name == IP_ADD_MEMBERSHIP
                    ? groups.join(s.descriptor, group, index)
                    : groups.leave(s.descriptor, group, index));
        }
        if (length < MREQ_SOURCE_SIZE) {
            return Errno.EINVAL;
        }
        final int index = indexWith(Protocol.address(value, Integer.BYTES));
        final IpAddress source = IpAddress.ofIpv4(Protocol.address(value, MREQ_SIZE));
        return -(name == IP_ADD_SOURCE_MEMBERSHIP
                ? groups.joinSource(s.descriptor, group, index, source)
                : groups.leaveSource(s.descriptor, group, index, source));
    }

    /// The interface that a `struct ip_mreqn` or `struct ip_mreq` names, by index or address; 0 if by neither, -1
    /// if there is none such.
    private int interfaceOf(MemorySegment request, int length) {
        final int index = length >= MREQN_SIZE ? Protocol.i32(request, MREQ_SIZE) : 0;
        return index != 0 ? index : indexWith(Protocol.address(request, Integer.BYTES));
    }

    private int interfaceWith(MemorySegment address, int length) {
        return length < Integer.BYTES ? -1 : indexWith(Protocol.address(address, 0));
    }

    private int indexWith(int address) {
        if (address == 0) {
            return 0;
        }
        for (final Netif netif : ipv4.interfaces()) {
            if (netif.hasAddress(address)) {
                return netif.index();
            }
        }
        return -1;
    }

    // ---- reading ----

    /// Writes what `request` asks for behind the reply's head. Returns an errno, or 0.
    int get(ProgramSocket s, MemorySegment request, MemorySegment reply) {
        final int level = Protocol.i32(request, Protocol.REQUEST_TYPE);
        final int name = Protocol.i32(request, Protocol.REQUEST_PROTOCOL);
        final MemorySegment value = reply.asSlice(Protocol.REPLY_SIZE, Protocol.VALUE_MAX);
        final int length = s.kind == Protocol.KIND_STREAM ? structure(s, level, name, value) : 0;
        if (length > 0) {
            return answered(reply, length);
        }
        if (!isKnown(level, s)) {
            return Errno.EOPNOTSUPP;
        }
        final int number = sockets.option(s.descriptor, level, name);
        if (number < 0) {
            return -number;
        }
        final boolean isBuffer = level == SocketOptions.SOL_SOCKET
                && (name == SocketOptions.SO_SNDBUF || name == SocketOptions.SO_RCVBUF);
        // As Linux, which doubles what it was asked for, to hold its own overhead too.
        Protocol.i32(value, 0, isBuffer ? number * 2 : number);
        return answered(reply, Integer.BYTES);
    }

    /// Writes a value that is no number. Returns its length, 0 if the option is not such a one.
    private int structure(ProgramSocket s, int level, int name, MemorySegment value) {
        if (level == SocketOptions.SOL_SOCKET && name == SO_LINGER) {
            final int seconds = sockets.linger(s.descriptor);
            Protocol.i32(value, 0, seconds < 0 ? 0 : 1);
            Protocol.i32(value, Integer.BYTES, Math.max(0, seconds));
            return LINGER_SIZE;
        }
        if (level != SocketOptions.IPPROTO_TCP) {
            return 0;
        }
        return switch (name) {
            case TCP_INFO -> info.write(sockets, s.descriptor, value);
            case TCP_CONGESTION ->
                writeText(value, sockets.congestion(s.descriptor).linuxName());
            default -> 0;
        };
    }

    /// Linux refuses a level that is not the socket's with another error than an option.
    private static boolean isKnown(int level, ProgramSocket s) {
        return level == SocketOptions.SOL_SOCKET
                || level == SocketOptions.IPPROTO_IP
                || level == (s.kind == Protocol.KIND_STREAM ? SocketOptions.IPPROTO_TCP : SocketOptions.IPPROTO_UDP);
    }

    private static int answered(MemorySegment reply, int length) {
        Protocol.u16(reply, Protocol.REPLY_LENGTH, length);
        return 0;
    }

    private static int writeText(MemorySegment value, String text) {
        for (int i = 0; i < text.length(); i++) {
            Protocol.u8(value, i, text.charAt(i));
        }
        Protocol.u8(value, text.length(), 0);
        return text.length() + 1;
    }
}
