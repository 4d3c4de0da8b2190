package org.weir.jdk;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOption;
import java.nio.channels.spi.SelectorProvider;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What is behind a `java.net.Socket` once [WeirSockets] is installed: the adaptor of a channel.
final class WeirSocketImpl extends SocketImpl {
    private final SelectorProvider provider;
    private @Nullable Socket socket;

    WeirSocketImpl(SelectorProvider provider) {
        this.provider = provider;
    }

    private Socket socket() throws SocketException {
        if (socket == null) {
            throw new SocketException("Socket is not created");
        }
        return socket;
    }

    // ---- naming ----

    @Override
    protected void create(boolean stream) throws IOException {
        if (!stream) {
            throw new IOException("a datagram socket is a DatagramSocket");
        }
        socket = provider.openSocketChannel().socket();
    }

    /// Takes `accepted`, which a server socket has accepted.
    void adopt(Socket accepted) {
        socket = accepted;
        name(accepted);
    }

    private void name(Socket named) {
        address = named.getInetAddress();
        port = named.getPort();
        localport = named.getLocalPort();
    }

    @Override
    protected void bind(InetAddress host, int localPort) throws IOException {
        socket().bind(new InetSocketAddress(host, localPort));
        localport = socket().getLocalPort();
    }

    @Override
    protected void connect(String host, int remotePort) throws IOException {
        connect(new InetSocketAddress(host, remotePort), 0);
    }

    @Override
    protected void connect(InetAddress host, int remotePort) throws IOException {
        connect(new InetSocketAddress(host, remotePort), 0);
    }

    @Override
    protected void connect(SocketAddress remote, int timeout) throws IOException {
        socket().connect(remote, timeout);
        name(socket());
    }

    @Override
    protected void listen(int backlog) throws IOException {
        throw new SocketException("a socket that listens is a ServerSocket");
    }

    @Override
    protected void accept(SocketImpl accepted) throws IOException {
        throw new SocketException("a socket that accepts is a ServerSocket");
    }

    // ---- data ----

    @Override
    protected InputStream getInputStream() throws IOException {
        return socket().getInputStream();
    }

    @Override
    protected OutputStream getOutputStream() throws IOException {
        return socket().getOutputStream();
    }

    @Override
    protected int available() throws IOException {
        return socket().getInputStream().available();
    }

    @Override
    protected void shutdownInput() throws IOException {
        socket().shutdownInput();
    }

    @Override
    protected void shutdownOutput() throws IOException {
        socket().shutdownOutput();
    }

    @Override
    protected void sendUrgentData(int data) throws IOException {
        throw new SocketException("Urgent data not supported");
    }

    @Override
    protected void close() throws IOException {
        if (socket != null) {
            socket.close();
        }
    }

    // ---- options ----

    @Override
    protected Set<SocketOption<?>> supportedOptions() {
        return Objects.requireNonNull(socket).supportedOptions();
    }

    @Override
    protected <T> void setOption(SocketOption<T> name, T value) throws IOException {
        socket().setOption(name, value);
    }

    @Override
    protected <T> T getOption(SocketOption<T> name) throws IOException {
        return socket().getOption(name);
    }

    @Override
    public void setOption(int option, Object value) throws SocketException {
        final Socket s = socket();
        switch (option) {
            case TCP_NODELAY -> s.setTcpNoDelay((Boolean) value);
            case SO_KEEPALIVE -> s.setKeepAlive((Boolean) value);
            case SO_REUSEADDR -> s.setReuseAddress((Boolean) value);
            case SO_TIMEOUT -> s.setSoTimeout((Integer) value);
            case SO_SNDBUF -> s.setSendBufferSize((Integer) value);
            case SO_RCVBUF -> s.setReceiveBufferSize((Integer) value);
            case IP_TOS -> s.setTrafficClass((Integer) value);
            case SO_LINGER -> {
                // The JDK says `false` for a linger that is switched off.
                final boolean on = value instanceof Integer;
                s.setSoLinger(on, on ? (Integer) value : 0);
            }
            default -> throw new SocketException("Option " + option + " is not supported");
        }
    }

    @Override
    public Object getOption(int option) throws SocketException {
        final Socket s = socket();
        return switch (option) {
            case TCP_NODELAY -> s.getTcpNoDelay();
            case SO_KEEPALIVE -> s.getKeepAlive();
            case SO_REUSEADDR -> s.getReuseAddress();
            case SO_TIMEOUT -> s.getSoTimeout();
            case SO_SNDBUF -> s.getSendBufferSize();
            case SO_RCVBUF -> s.getReceiveBufferSize();
            case IP_TOS -> s.getTrafficClass();
            case SO_LINGER -> s.getSoLinger();
            case SO_BINDADDR -> s.getLocalAddress();
            default -> throw new SocketException("Option " + option + " is not supported");
        };
    }
}
