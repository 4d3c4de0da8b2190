package org.weir.jdk;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A channel of a connection as a `Socket`.
final class SocketAdaptor extends Socket {
    private final WeirSocketChannel channel;
    private final AdaptorOptions options;

    private SocketAdaptor(WeirSocketChannel channel) throws SocketException {
        super(new NoSocketImpl());
        this.channel = channel;
        this.options = new AdaptorOptions(channel);
    }

    static SocketAdaptor of(WeirSocketChannel channel) {
        try {
            return new SocketAdaptor(channel);
        } catch (SocketException e) {
            throw new IllegalStateException("a constructor that does nothing has failed", e);
        }
    }

    // ---- naming ----

    @Override
    public void connect(SocketAddress remote) throws IOException {
        connect(remote, 0);
    }

    @Override
    public void connect(@Nullable SocketAddress remote, int timeout) throws IOException {
        if (remote == null) {
            throw new IllegalArgumentException("connect: The address can't be null");
        }
        if (remote instanceof InetSocketAddress inet && inet.isUnresolved()) {
            refuseName(inet);
        }
        if (timeout < 0) {
            throw new IllegalArgumentException("connect: timeout can't be negative");
        }
        Failures.adapt(() -> channel.blockingConnect(remote, TimeUnit.MILLISECONDS.toNanos(timeout)));
    }

    private void refuseName(InetSocketAddress name) throws IOException {
        options.ensureOpen();
        if (isConnected()) {
            throw new SocketException("Already connected");
        }
        close();
        throw new UnknownHostException(name.toString());
    }

    @Override
    public void bind(@Nullable SocketAddress local) throws IOException {
        Failures.adapt(() -> channel.bind(local));
    }

    @Override
    public @Nullable InetAddress getInetAddress() {
        return Addresses.host(channel.remoteAddress());
    }

    @Override
    public InetAddress getLocalAddress() {
        final InetSocketAddress local = channel.isOpen() ? channel.localAddress() : null;
        return local == null ? Addresses.checkLocal(null).getAddress() : local.getAddress();
    }

    @Override
    public int getPort() {
        return Addresses.port(channel.remoteAddress(), 0);
    }

    @Override
    public int getLocalPort() {
        return Addresses.port(channel.localAddress(), -1);
    }

    @Override
    public @Nullable SocketAddress getRemoteSocketAddress() {
        return channel.remoteAddress();
    }

    @Override
    public @Nullable SocketAddress getLocalSocketAddress() {
        return channel.localAddress();
    }

    @Override
    public SocketChannel getChannel() {
        return channel;
    }

    // ---- streams ----

    private void ensureConnected() throws SocketException {
        options.ensureOpen();
        if (!isConnected()) {
            throw new SocketException("Socket is not connected");
        }
    }

    @Override
    public InputStream getInputStream() throws IOException {
        ensureConnected();
        if (isInputShutdown()) {
            throw new SocketException("Socket input is shutdown");
        }
        return new ChannelInputStream(channel, options);
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        ensureConnected();
        if (isOutputShutdown()) {
            throw new SocketException("Socket output is shutdown");
        }
        return new ChannelOutputStream(channel);
    }

    @Override
    public void shutdownInput() throws IOException {
        Failures.adapt(() -> channel.shutdownInput());
    }

    @Override
    public void shutdownOutput() throws IOException {
        Failures.adapt(() -> channel.shutdownOutput());
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    // ---- states ----

    @Override
    public boolean isConnected() {
        return channel.isConnected();
    }

    @Override
    public boolean isBound() {
        return channel.localAddress() != null;
    }

    @Override
    public boolean isClosed() {
        return !channel.isOpen();
    }

    @Override
    public boolean isInputShutdown() {
        return !channel.isInputOpen();
    }

    @Override
    public boolean isOutputShutdown() {
        return !channel.isOutputOpen();
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
    public void setTcpNoDelay(boolean on) throws SocketException {
        options.set(StandardSocketOptions.TCP_NODELAY, on);
    }

    @Override
    public boolean getTcpNoDelay() throws SocketException {
        return options.get(StandardSocketOptions.TCP_NODELAY);
    }

    @Override
    public void setSoLinger(boolean on, int seconds) throws SocketException {
        options.set(StandardSocketOptions.SO_LINGER, on ? seconds : -1);
    }

    @Override
    public int getSoLinger() throws SocketException {
        return options.get(StandardSocketOptions.SO_LINGER);
    }

    @Override
    public void sendUrgentData(int data) throws IOException {
        throw new SocketException("Urgent data not supported");
    }

    @Override
    public void setOOBInline(boolean on) throws SocketException {
        throw new SocketException("Urgent data not supported");
    }

    @Override
    public boolean getOOBInline() throws SocketException {
        options.ensureOpen();
        return false;
    }

    @Override
    public void setSendBufferSize(int size) throws SocketException {
        if (size <= 0) {
            throw new IllegalArgumentException("Invalid send size");
        }
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
    public void setKeepAlive(boolean on) throws SocketException {
        options.set(StandardSocketOptions.SO_KEEPALIVE, on);
    }

    @Override
    public boolean getKeepAlive() throws SocketException {
        return options.get(StandardSocketOptions.SO_KEEPALIVE);
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
    public void setReuseAddress(boolean on) throws SocketException {
        options.set(StandardSocketOptions.SO_REUSEADDR, on);
    }

    @Override
    public boolean getReuseAddress() throws SocketException {
        return options.get(StandardSocketOptions.SO_REUSEADDR);
    }

    @Override
    public void setPerformancePreferences(int connectionTime, int latency, int bandwidth) {
        // A hint, which nothing here depends on.
    }

    @Override
    public <T> Socket setOption(SocketOption<T> name, T value) throws IOException {
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

    @Override
    public String toString() {
        return isConnected()
                ? "Socket[addr=" + getInetAddress() + ",port=" + getPort() + ",localport=" + getLocalPort() + "]"
                : "Socket[unconnected]";
    }
}
