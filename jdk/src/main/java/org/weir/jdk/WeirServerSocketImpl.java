package org.weir.jdk;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOption;
import java.nio.channels.spi.SelectorProvider;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What is behind a `java.net.ServerSocket` once [WeirSockets] is installed: the adaptor of a channel.
final class WeirServerSocketImpl extends SocketImpl {
    private final SelectorProvider provider;
    private @Nullable ServerSocket socket;
    private @Nullable InetSocketAddress local;

    WeirServerSocketImpl(SelectorProvider provider) {
        this.provider = provider;
    }

    private ServerSocket socket() throws SocketException {
        if (socket == null) {
            throw new SocketException("Socket is not created");
        }
        return socket;
    }

    @Override
    protected void create(boolean stream) throws IOException {
        socket = provider.openServerSocketChannel().socket();
    }

    /// The JDK listens next; the channel does both at once.
    @Override
    protected void bind(InetAddress host, int port) {
        local = new InetSocketAddress(host, port);
    }

    @Override
    protected void listen(int backlog) throws IOException {
        socket().bind(local, backlog);
        localport = socket().getLocalPort();
    }

    @Override
    protected void accept(SocketImpl accepted) throws IOException {
        if (!(accepted instanceof WeirSocketImpl impl)) {
            throw new SocketException("a socket of " + accepted.getClass().getName()
                    + " cannot take a connection of Weir: install WeirSockets for both, Socket and ServerSocket");
        }
        impl.adopt(socket().accept());
    }

    @Override
    protected void close() throws IOException {
        if (socket != null) {
            socket.close();
        }
    }

    // ---- what a connection has ----

    private static SocketException notConnected() {
        return new SocketException("a ServerSocket is not connected");
    }

    @Override
    protected void connect(String host, int port) throws IOException {
        throw notConnected();
    }

    @Override
    protected void connect(InetAddress host, int port) throws IOException {
        throw notConnected();
    }

    @Override
    protected void connect(SocketAddress remote, int timeout) throws IOException {
        throw notConnected();
    }

    @Override
    protected InputStream getInputStream() throws IOException {
        throw notConnected();
    }

    @Override
    protected OutputStream getOutputStream() throws IOException {
        throw notConnected();
    }

    @Override
    protected int available() throws IOException {
        throw notConnected();
    }

    @Override
    protected void sendUrgentData(int data) throws IOException {
        throw notConnected();
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
        final ServerSocket s = socket();
        switch (option) {
            case SO_TIMEOUT -> s.setSoTimeout((Integer) value);
            case SO_REUSEADDR -> s.setReuseAddress((Boolean) value);
            case SO_RCVBUF -> s.setReceiveBufferSize((Integer) value);
            default -> throw new SocketException("Option " + option + " is not supported");
        }
    }

    @Override
    public Object getOption(int option) throws SocketException {
        final ServerSocket s = socket();
        try {
            return switch (option) {
                case SO_TIMEOUT -> s.getSoTimeout();
                case SO_REUSEADDR -> s.getReuseAddress();
                case SO_RCVBUF -> s.getReceiveBufferSize();
                case SO_BINDADDR -> s.getInetAddress();
                default -> throw new SocketException("Option " + option + " is not supported");
            };
        } catch (SocketException e) {
            throw e;
        } catch (IOException e) {
            throw (SocketException) new SocketException(e.getMessage()).initCause(e);
        }
    }
}
