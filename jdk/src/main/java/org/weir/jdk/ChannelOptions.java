package org.weir.jdk;

import static org.weir.stack.SocketOptions.IPPROTO_IP;
import static org.weir.stack.SocketOptions.IPPROTO_TCP;
import static org.weir.stack.SocketOptions.SOL_SOCKET;

import java.io.IOException;
import java.net.NetworkInterface;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import jdk.net.ExtendedSocketOptions;
import org.weir.stack.SocketOptions;
import org.weir.tcp.TcpConfig;

/// The JDK's socket options as the stack's. Those that the stack does not have are not supported, rather than
/// accepted without effect.
final class ChannelOptions {
    /// Level and number of an option of the stack.
    record StackOption(int level, int name) {}

    /// Not a number there: its time is set with its switch.
    private static final StackOption LINGER = new StackOption(-1, 0);

    static final Map<SocketOption<?>, StackOption> LISTENER = listener();
    static final Map<SocketOption<?>, StackOption> STREAM = stream();
    static final Map<SocketOption<?>, StackOption> DATAGRAM = datagram();

    private static final int LONGEST_LINGER = 65_535;
    private static final int NO_LINGER = -1;

    private static Map<SocketOption<?>, StackOption> listener() {
        final Map<SocketOption<?>, StackOption> numbers = new LinkedHashMap<>();
        numbers.put(StandardSocketOptions.SO_RCVBUF, new StackOption(SOL_SOCKET, SocketOptions.SO_RCVBUF));
        numbers.put(StandardSocketOptions.SO_REUSEADDR, new StackOption(SOL_SOCKET, SocketOptions.SO_REUSEADDR));
        numbers.put(StandardSocketOptions.SO_REUSEPORT, new StackOption(SOL_SOCKET, SocketOptions.SO_REUSEPORT));
        numbers.put(ExtendedSocketOptions.TCP_KEEPIDLE, new StackOption(IPPROTO_TCP, SocketOptions.TCP_KEEPIDLE));
        numbers.put(ExtendedSocketOptions.TCP_KEEPINTERVAL, new StackOption(IPPROTO_TCP, SocketOptions.TCP_KEEPINTVL));
        numbers.put(ExtendedSocketOptions.TCP_KEEPCOUNT, new StackOption(IPPROTO_TCP, SocketOptions.TCP_KEEPCNT));
        return numbers;
    }

    private static Map<SocketOption<?>, StackOption> stream() {
        final Map<SocketOption<?>, StackOption> numbers = new LinkedHashMap<>(listener());
        numbers.put(StandardSocketOptions.SO_SNDBUF, new StackOption(SOL_SOCKET, SocketOptions.SO_SNDBUF));
        numbers.put(StandardSocketOptions.SO_KEEPALIVE, new StackOption(SOL_SOCKET, SocketOptions.SO_KEEPALIVE));
        numbers.put(StandardSocketOptions.SO_LINGER, LINGER);
        numbers.put(StandardSocketOptions.TCP_NODELAY, new StackOption(IPPROTO_TCP, SocketOptions.TCP_NODELAY));
        numbers.put(StandardSocketOptions.IP_TOS, new StackOption(IPPROTO_IP, SocketOptions.IP_TOS));
        numbers.put(ExtendedSocketOptions.TCP_QUICKACK, new StackOption(IPPROTO_TCP, SocketOptions.TCP_QUICKACK));
        return numbers;
    }

    private static Map<SocketOption<?>, StackOption> datagram() {
        final Map<SocketOption<?>, StackOption> numbers = new LinkedHashMap<>();
        numbers.put(StandardSocketOptions.SO_SNDBUF, new StackOption(SOL_SOCKET, SocketOptions.SO_SNDBUF));
        numbers.put(StandardSocketOptions.SO_RCVBUF, new StackOption(SOL_SOCKET, SocketOptions.SO_RCVBUF));
        numbers.put(StandardSocketOptions.SO_REUSEADDR, new StackOption(SOL_SOCKET, SocketOptions.SO_REUSEADDR));
        numbers.put(StandardSocketOptions.SO_REUSEPORT, new StackOption(SOL_SOCKET, SocketOptions.SO_REUSEPORT));
        numbers.put(StandardSocketOptions.SO_BROADCAST, new StackOption(SOL_SOCKET, SocketOptions.SO_BROADCAST));
        numbers.put(StandardSocketOptions.IP_TOS, new StackOption(IPPROTO_IP, SocketOptions.IP_TOS));
        numbers.put(StandardSocketOptions.IP_MULTICAST_IF, new StackOption(IPPROTO_IP, SocketOptions.IP_MULTICAST_IF));
        numbers.put(
                StandardSocketOptions.IP_MULTICAST_TTL, new StackOption(IPPROTO_IP, SocketOptions.IP_MULTICAST_TTL));
        numbers.put(
                StandardSocketOptions.IP_MULTICAST_LOOP, new StackOption(IPPROTO_IP, SocketOptions.IP_MULTICAST_LOOP));
        return numbers;
    }

    private final BlockingChannel channel;
    private final StackSocket socket;
    private final Map<SocketOption<?>, StackOption> numbers;
    private final Set<SocketOption<?>> supported;
    private int linger = NO_LINGER;

    ChannelOptions(BlockingChannel channel, StackSocket socket, Map<SocketOption<?>, StackOption> numbers) {
        this.channel = channel;
        this.socket = socket;
        this.numbers = numbers;
        this.supported = Set.copyOf(numbers.keySet());
    }

    Set<SocketOption<?>> supported() {
        return supported;
    }

    private void check(SocketOption<?> name) {
        Objects.requireNonNull(name);
        if (!numbers.containsKey(name)) {
            throw new UnsupportedOperationException("'" + name + "' not supported");
        }
    }

    private void check(SocketOption<?> name, Object value) {
        check(name);
        if (!name.type().isInstance(value)) {
            throw new IllegalArgumentException("Invalid value '" + value + "'");
        }
        if (!(value instanceof Integer number)) {
            return;
        }
        if (number < 0 && (name == StandardSocketOptions.SO_SNDBUF || name == StandardSocketOptions.SO_RCVBUF)) {
            throw new IllegalArgumentException("Invalid send/receive buffer size");
        }
        if (name == StandardSocketOptions.IP_TOS && (number < 0 || number > 0xFF)) {
            throw new IllegalArgumentException("Invalid IP_TOS value");
        }
        if (name == StandardSocketOptions.IP_MULTICAST_TTL && (number < 0 || number > 0xFF)) {
            throw new IllegalArgumentException("Invalid TTL/hop value");
        }
    }

    private StackOption number(SocketOption<?> name) {
        return Objects.requireNonNull(numbers.get(name));
    }

    /// @throws UnsupportedOperationException if there is no such option here
    /// @throws IllegalArgumentException if it cannot have this value
    void set(SocketOption<?> name, Object value) throws IOException {
        check(name, value);
        store(name, value);
    }

    private synchronized void store(SocketOption<?> name, Object value) throws IOException {
        channel.ensureOpen();
        final StackOption number = number(name);
        if (number == LINGER) {
            final int seconds = Math.min((Integer) value, LONGEST_LINGER);
            socket.host().demand(sockets -> sockets.linger(socket.descriptor(), seconds >= 0, Math.max(0, seconds)));
            linger = Math.max(NO_LINGER, seconds);
            return;
        }
        final int plain = plain(name, value);
        socket.host().demand(sockets -> sockets.setOption(socket.descriptor(), number.level(), number.name(), plain));
    }

    private int plain(SocketOption<?> name, Object value) throws IOException {
        if (value instanceof Boolean on) {
            return on ? 1 : 0;
        }
        if (value instanceof NetworkInterface on) {
            return HostInterfaces.index(socket.host(), on);
        }
        final int number = (Integer) value;
        if (name == StandardSocketOptions.SO_SNDBUF || name == StandardSocketOptions.SO_RCVBUF) {
            // A hint, says the JDK: the nearest that is possible.
            return Math.clamp(number, TcpConfig.MINIMUM_BUFFER, TcpConfig.MAXIMUM_BUFFER);
        }
        return number;
    }

    /// @throws UnsupportedOperationException if there is no such option here
    <T> T get(SocketOption<T> name) throws IOException {
        check(name);
        return load(name);
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // The type is the option's; no interface is null, as the JDK has it.
    private synchronized <T> T load(SocketOption<T> name) throws IOException {
        channel.ensureOpen();
        final StackOption number = number(name);
        final int value = number == LINGER
                ? linger
                : socket.host().demand(sockets -> sockets.option(socket.descriptor(), number.level(), number.name()));
        if (name.type() == NetworkInterface.class) {
            return (T) HostInterfaces.named(socket.host(), value);
        }
        return (T) (name.type() == Boolean.class ? (Object) (value != 0) : (Object) value);
    }
}
