package org.weir.jdk;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.spi.SelectorProvider;
import javax.net.ServerSocketFactory;
import org.jspecify.annotations.Nullable;

/// Makes `ServerSocket`s on a Weir stack. Each is the adaptor of a channel of its provider.
public final class WeirServerSocketFactory extends ServerSocketFactory {
    /// As `ServerSocket` has it.
    private static final int DEFAULT_BACKLOG = 50;

    private final SelectorProvider provider;

    /// On the stack of the whole JVM, see [HostSettings#ofSystemProperties].
    public WeirServerSocketFactory() {
        this(SystemHost.provider());
    }

    /// On the stack of `provider`.
    public WeirServerSocketFactory(WeirSelectorProvider provider) {
        this.provider = provider;
    }

    /// A socket that is not bound.
    @Override
    public ServerSocket createServerSocket() throws IOException {
        return provider.openServerSocketChannel().socket();
    }

    @Override
    public ServerSocket createServerSocket(int port) throws IOException {
        return createServerSocket(port, DEFAULT_BACKLOG);
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog) throws IOException {
        return createServerSocket(port, backlog, null);
    }

    /// @param address the address to bind to; null for any
    @Override
    public ServerSocket createServerSocket(int port, int backlog, @Nullable InetAddress address) throws IOException {
        final ServerSocketChannel channel = provider.openServerSocketChannel();
        try {
            channel.socket().bind(new InetSocketAddress(address, port), backlog);
            return channel.socket();
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }
}
