package org.weir.jdk;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.Objects;
import org.weir.runtime.SharedStack;

/// Channels and selectors on a Weir stack: what `java.nio.channels` opens when the system property
/// `java.nio.channels.spi.SelectorProvider` names this class, or what a program opens here.
///
/// They behave as those of the JDK do; where they differ is in `docs/jdk.md`. Closing a channel closes its socket, the
/// stack's owner closes the stack; after that every call throws a `SocketException`.
public final class WeirSelectorProvider extends SelectorProvider {
    private final StackHost host;

    /// On the stack of the whole JVM.
    public WeirSelectorProvider() {
        this(SystemHost.stack());
    }

    /// On `stack`, which stays the caller's. Each stack has a provider of its own: one is enough, since it lasts as
    /// long as its stack.
    public WeirSelectorProvider(SharedStack stack) {
        this.host = new StackHost(stack);
    }

    /// IPv4 is what there is.
    private static void check(ProtocolFamily family) {
        if (Objects.requireNonNull(family, "'family' is null") != StandardProtocolFamily.INET) {
            throw new UnsupportedOperationException("Protocol family not supported");
        }
    }

    @Override
    public SocketChannel openSocketChannel() throws IOException {
        return WeirSocketChannel.open(this, host);
    }

    /// @throws UnsupportedOperationException if `family` is not `INET`
    @Override
    public SocketChannel openSocketChannel(ProtocolFamily family) throws IOException {
        check(family);
        return openSocketChannel();
    }

    @Override
    public ServerSocketChannel openServerSocketChannel() throws IOException {
        return WeirServerSocketChannel.open(this, host);
    }

    /// @throws UnsupportedOperationException if `family` is not `INET`
    @Override
    public ServerSocketChannel openServerSocketChannel(ProtocolFamily family) throws IOException {
        check(family);
        return openServerSocketChannel();
    }

    @Override
    public DatagramChannel openDatagramChannel() throws IOException {
        return WeirDatagramChannel.open(this, host);
    }

    /// @throws UnsupportedOperationException if `family` is not `INET`
    @Override
    public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
        check(family);
        return openDatagramChannel();
    }

    @Override
    public Pipe openPipe() {
        return new WeirPipe(this);
    }

    @Override
    public AbstractSelector openSelector() {
        return new WeirSelector(this, host);
    }

    @Override
    public String toString() {
        return getClass().getName() + "[" + host + "]";
    }
}
