package org.weir.jdk;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/// Makes `Socket`s on a Weir stack, for clients that take a factory. Each is the adaptor of a channel of its provider.
public final class WeirSocketFactory extends SocketFactory {
    private final SelectorProvider provider;

    /// On the stack of the whole JVM, see [HostSettings#ofSystemProperties].
    public WeirSocketFactory() {
        this(SystemHost.provider());
    }

    /// On the stack of `provider`.
    public WeirSocketFactory(WeirSelectorProvider provider) {
        this.provider = provider;
    }

    /// A socket that is not connected.
    @Override
    public Socket createSocket() throws IOException {
        return provider.openSocketChannel().socket();
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return connected(new InetSocketAddress(host, port), null);
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        return connected(new InetSocketAddress(host, port), new InetSocketAddress(localHost, localPort));
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return connected(new InetSocketAddress(host, port), null);
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort) throws IOException {
        return connected(new InetSocketAddress(host, port), new InetSocketAddress(localHost, localPort));
    }

    private Socket connected(InetSocketAddress remote, @Nullable InetSocketAddress local) throws IOException {
        final SocketChannel channel = provider.openSocketChannel();
        try {
            final Socket socket = channel.socket();
            if (local != null) {
                socket.bind(local);
            }
            socket.connect(remote);
            return socket;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }
}
