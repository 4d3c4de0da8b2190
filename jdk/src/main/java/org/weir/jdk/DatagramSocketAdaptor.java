package org.weir.jdk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.MembershipKey;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A datagram channel as a `DatagramSocket`.
final class DatagramSocketAdaptor extends DatagramSocket {
    private final WeirDatagramChannel channel;
    private final AdaptorOptions options;

    // A packet that is received into again has the room that it had at first, although its length has become that of
    // what it holds. Guarded by the packet, as far as the packet is.
    private volatile @Nullable Filled filled;

    DatagramSocketAdaptor(WeirDatagramChannel channel) {
        super(new NoDatagramSocketImpl());
        this.channel = channel;
        this.options = new AdaptorOptions(channel);
    }

    // ---- naming ----

    @Override
    public void bind(@Nullable SocketAddress local) throws SocketException {
        if (local instanceof InetSocketAddress inet && inet.isUnresolved()) {
            throw new SocketException("Unresolved address");
        }
        try {
            channel.bind(local);
        } catch (IOException | RuntimeException e) {
            throw socketException(e);
        }
    }

    private static SocketException socketException(Exception thrown) {
        return Failures.adaptedOption(Failures.adapted(thrown));
    }

    @Override
    public void connect(InetAddress address, int port) {
        try {
            connect(new InetSocketAddress(address, port));
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void connect(@Nullable SocketAddress remote) throws SocketException {
        if (remote == null) {
            throw new IllegalArgumentException("Address can't be null");
        }
        if (remote instanceof InetSocketAddress inet && inet.isUnresolved()) {
            throw new SocketException("Unresolved address");
        }
        try {
            channel.connect(Addresses.check(remote), false);
        } catch (IOException | RuntimeException e) {
            throw socketException(e);
        }
    }

    @Override
    public void disconnect() {
        try {
            channel.disconnect();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean isBound() {
        return channel.localAddress() != null;
    }

    @Override
    public boolean isConnected() {
        return channel.remoteAddress() != null;
    }

    @Override
    public @Nullable InetAddress getInetAddress() {
        return Addresses.host(channel.remoteAddress());
    }

    @Override
    public int getPort() {
        return Addresses.port(channel.remoteAddress(), -1);
    }

    @Override
    public @Nullable SocketAddress getRemoteSocketAddress() {
        return channel.remoteAddress();
    }

    @Override
    public @Nullable SocketAddress getLocalSocketAddress() {
        return isClosed() ? null : channel.localAddress();
    }

    @Override
    public @Nullable InetAddress getLocalAddress() {
        if (isClosed()) {
            return null;
        }
        final InetSocketAddress local = channel.localAddress();
        return local == null ? Addresses.checkLocal(null).getAddress() : local.getAddress();
    }

    @Override
    public int getLocalPort() {
        if (isClosed()) {
            return -1;
        }
        return Addresses.port(channel.localAddress(), 0);
    }

    // ---- datagrams ----

    @Override
    public void send(DatagramPacket packet) throws IOException {
        synchronized (packet) {
            final InetSocketAddress target = target(packet);
            try {
                channel.blockingSend(packet.getData(), packet.getOffset(), packet.getLength(), target);
            } catch (IllegalBlockingModeException e) {
                throw e;
            } catch (IOException | RuntimeException e) {
                throw isClosed() ? closed(e) : Failures.adapted(e);
            }
        }
    }

    /// Null for where the socket is connected to.
    private @Nullable InetSocketAddress target(DatagramPacket packet) throws SocketException {
        options.ensureOpen();
        final InetSocketAddress remote = channel.remoteAddress();
        final InetAddress address = packet.getAddress();
        if (remote == null) {
            if (address == null) {
                throw new IllegalArgumentException("Address not set");
            }
            if (packet.getPort() <= 0) {
                throw new SocketException("Can't send to port 0");
            }
            return Addresses.check(new InetSocketAddress(address, packet.getPort()));
        }
        if (address == null) {
            packet.setAddress(remote.getAddress());
            packet.setPort(remote.getPort());
        } else if (!remote.equals(packet.getSocketAddress())) {
            throw new IllegalArgumentException("Packet address and connected address not equal");
        }
        return null;
    }

    @Override
    public void receive(DatagramPacket packet) throws IOException {
        synchronized (packet) {
            try {
                final byte[] data = packet.getData();
                final int length = packet.getLength();
                final Filled before = filled;
                final int room = before != null && before.isStill(packet) ? before.room : length;
                final int count = channel.blockingReceive(
                        data, packet.getOffset(), room, options.timeoutNs(), packet::setSocketAddress);
                packet.setLength(count);
                filled = new Filled(packet, room);
            } catch (IllegalBlockingModeException e) {
                throw e;
            } catch (IOException | RuntimeException e) {
                throw isClosed() ? closed(e) : Failures.adapted(e);
            }
        }
    }

    /// A packet that was filled last. To receive shortens it; used again as it is, it has the room that it had
    /// before, which the JDK keeps where only the JDK sees it.
    private static final class Filled {
        final int room;
        private final DatagramPacket packet;
        private final byte[] data;
        private final int offset;
        private final int length;

        Filled(DatagramPacket packet, int room) {
            this.packet = packet;
            this.data = packet.getData();
            this.offset = packet.getOffset();
            this.length = packet.getLength();
            this.room = room;
        }

        boolean isStill(DatagramPacket other) {
            return other == packet
                    && other.getData() == data
                    && other.getOffset() == offset
                    && other.getLength() == length;
        }
    }

    private static SocketException closed(Exception cause) {
        final SocketException closed = new SocketException("Socket closed");
        closed.initCause(cause);
        return closed;
    }

    // ---- states ----

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean isClosed() {
        return !channel.isOpen();
    }

    @Override
    public DatagramChannel getChannel() {
        return channel;
    }

    // ---- options ----

    @Override
    public void setSoTimeout(int milliseconds) throws SocketException {
        options.timeout(milliseconds);
    }

    @Override
    public int getSoTimeout() throws SocketException {
        return options.timeout();
    }

    @Override
    public void setSendBufferSize(int size) throws SocketException {
        options.set(StandardSocketOptions.SO_SNDBUF, size);
    }

    @Override
    public int getSendBufferSize() throws SocketException {
        return options.get(StandardSocketOptions.SO_SNDBUF);
    }

    @Override
    public void setReceiveBufferSize(int size) throws SocketException {
        options.receiveBufferSize(size, "Invalid receive size");
    }

    @Override
    public int getReceiveBufferSize() throws SocketException {
        return options.get(StandardSocketOptions.SO_RCVBUF);
    }

    @Override
    public void setReuseAddress(boolean on) throws SocketException {
        options.set(StandardSocketOptions.SO_REUSEADDR, on);
    }

    @Override
    public boolean getReuseAddress() throws SocketException {
        return options.get(StandardSocketOptions.SO_REUSEADDR);
    }

    @Override
    public void setBroadcast(boolean on) throws SocketException {
        options.set(StandardSocketOptions.SO_BROADCAST, on);
    }

    @Override
    public boolean getBroadcast() throws SocketException {
        return options.get(StandardSocketOptions.SO_BROADCAST);
    }

    @Override
    public void setTrafficClass(int typeOfService) throws SocketException {
        options.set(StandardSocketOptions.IP_TOS, typeOfService);
    }

    @Override
    public int getTrafficClass() throws SocketException {
        return options.get(StandardSocketOptions.IP_TOS);
    }

    @Override
    public <T> DatagramSocket setOption(SocketOption<T> name, T value) throws IOException {
        channel.setOption(name, value);
        return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> name) throws IOException {
        return channel.getOption(name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return channel.supportedOptions();
    }

    // ---- groups ----

    @Override
    public void joinGroup(@Nullable SocketAddress name, @Nullable NetworkInterface on) throws IOException {
        final InetAddress group = group(name);
        final NetworkInterface joined = on == null ? usual() : on;
        options.ensureOpen();
        synchronized (this) {
            if (channel.findMembership(group, joined) != null) {
                throw new SocketException("Already a member of group");
            }
            channel.join(group, joined);
        }
    }

    @Override
    public void leaveGroup(@Nullable SocketAddress name, @Nullable NetworkInterface on) throws IOException {
        final InetAddress group = group(name);
        final NetworkInterface joined = on == null ? usual() : on;
        options.ensureOpen();
        synchronized (this) {
            final MembershipKey key = channel.findMembership(group, joined);
            if (key == null) {
                throw new SocketException("Not a member of group");
            }
            key.drop();
        }
    }

    private static InetAddress group(@Nullable SocketAddress name) throws SocketException {
        if (!(name instanceof InetSocketAddress inet)) {
            throw new IllegalArgumentException("Unsupported address type");
        }
        if (inet.isUnresolved()) {
            throw new IllegalArgumentException("Unresolved address");
        }
        if (!inet.getAddress().isMulticastAddress()) {
            throw new SocketException("Not a multicast address");
        }
        return inet.getAddress();
    }

    /// The interface that is set for sending, else that which routes choose.
    private NetworkInterface usual() throws IOException {
        final NetworkInterface chosen = channel.getOption(StandardSocketOptions.IP_MULTICAST_IF);
        return chosen == null ? channel.usualInterface() : chosen;
    }
}
