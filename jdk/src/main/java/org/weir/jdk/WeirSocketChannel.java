package org.weir.jdk;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.weir.jdk.StreamConnector.State;
import org.weir.stack.Sockets;

/// A connection of a Weir stack as a channel. One thread at a time reads, one writes; connecting takes both locks.
/// What threads wait for and selectors watch is the [StackSocket]'s.
final class WeirSocketChannel extends SocketChannel implements BlockingChannel {
    private final StackSocket stackSocket;
    private final StreamConnector connector;
    private final StreamInput input;
    private final StreamOutput output;
    private final ChannelOptions options;
    private @Nullable Socket adaptor;

    private WeirSocketChannel(WeirSelectorProvider provider, StackSocket socket) {
        super(provider);
        this.stackSocket = socket;
        this.connector = new StreamConnector(this, socket);
        this.input = new StreamInput(connector);
        this.output = new StreamOutput(connector);
        this.options = new ChannelOptions(this, socket, ChannelOptions.STREAM);
    }

    static WeirSocketChannel open(WeirSelectorProvider provider, StackHost host) throws SocketException {
        return new WeirSocketChannel(provider, StackSocket.open(host, Sockets.SOCK_STREAM));
    }

    /// The channel of a connection that was accepted.
    static WeirSocketChannel accepted(
            WeirSelectorProvider provider, StackSocket socket, InetSocketAddress local, InetSocketAddress peer) {
        final WeirSocketChannel channel = new WeirSocketChannel(provider, socket);
        channel.connector.accepted(local, peer);
        return channel;
    }

    // ---- reading ----

    @Override
    public int read(ByteBuffer target) throws IOException {
        return input.move(target);
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
        return input.move(targets, offset, length);
    }

    /// Reads as a stream of the adaptor does: in blocking mode, for `timeoutNs` at most if that is not 0.
    int blockingRead(byte[] target, int offset, int length, long timeoutNs) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        return length == 0 ? 0 : input.move(target, offset, length, timeoutNs);
    }

    /// Octets that can be read without waiting.
    int available() throws IOException {
        return input.available();
    }

    // ---- writing ----

    @Override
    public int write(ByteBuffer source) throws IOException {
        return output.move(source);
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        return output.move(sources, offset, length);
    }

    /// Writes all, as a stream of the adaptor does.
    void blockingWriteFully(byte[] source, int offset, int length) throws IOException {
        output.writeFully(source, offset, length);
    }

    // ---- connecting ----

    @Override
    public SocketChannel bind(@Nullable SocketAddress local) throws IOException {
        return ChannelHalf.exclusively(input, output, () -> {
            connector.bind(local);
            return this;
        });
    }

    @Override
    public boolean isConnected() {
        return connector.state() == State.CONNECTED && isOpen();
    }

    @Override
    public boolean isConnectionPending() {
        return connector.state() == State.PENDING && isOpen();
    }

    @Override
    public boolean connect(SocketAddress remote) throws IOException {
        final InetSocketAddress checked = Addresses.check(remote);
        return connecting(() -> {
            ensureOpen();
            return connector.connect(checked, isBlocking(), Gate.NEVER);
        });
    }

    /// Connects as the adaptor does: in blocking mode, for `timeoutNs` at most if that is not 0.
    void blockingConnect(SocketAddress remote, long timeoutNs) throws IOException {
        final InetSocketAddress checked = Addresses.check(remote);
        connecting(() -> {
            ensureOpen();
            if (!isBlocking()) {
                throw new IllegalBlockingModeException();
            }
            return connector.connect(checked, true, Gate.after(timeoutNs));
        });
    }

    @Override
    public boolean finishConnect() throws IOException {
        return connecting(() -> connector.finish(isBlocking()));
    }

    /// With both locks; who fails to connect has a closed channel.
    private boolean connecting(ChannelHalf.Action<Boolean> attempt) throws IOException {
        try {
            return ChannelHalf.exclusively(input, output, attempt);
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    // ---- ending ----

    @Override
    public SocketChannel shutdownInput() throws IOException {
        connector.ensureConnected();
        input.shut();
        return this;
    }

    @Override
    public SocketChannel shutdownOutput() throws IOException {
        connector.ensureConnected();
        output.shut();
        return this;
    }

    boolean isInputOpen() {
        return !input.isShut();
    }

    boolean isOutputOpen() {
        return !output.isShut();
    }

    @Override
    protected void implCloseSelectableChannel() {
        stackSocket.close();
    }

    @Override
    protected void implConfigureBlocking(boolean block) throws IOException {
        ChannelHalf.exclusively(input, output, () -> {
            ensureOpen();
            return this;
        });
    }

    // ---- names, options, adaptor ----

    @Override
    public @Nullable SocketAddress getLocalAddress() throws IOException {
        ensureOpen();
        return connector.local();
    }

    @Override
    public @Nullable SocketAddress getRemoteAddress() throws IOException {
        ensureOpen();
        return connector.remote();
    }

    @Nullable
    InetSocketAddress localAddress() {
        return connector.local();
    }

    @Nullable
    InetSocketAddress remoteAddress() {
        return connector.remote();
    }

    @Override
    public <T> SocketChannel setOption(SocketOption<T> name, T value) throws IOException {
        options.set(name, value);
        return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> name) throws IOException {
        return options.get(name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return options.supported();
    }

    @Override
    public synchronized Socket socket() {
        if (adaptor == null) {
            adaptor = SocketAdaptor.of(this);
        }
        return adaptor;
    }

    // ---- waiting and selection ----

    @Override
    public void beginWait() {
        begin();
    }

    @Override
    public void endWait(boolean completed) throws AsynchronousCloseException {
        end(completed);
    }

    @Override
    public ReadinessSource source() {
        return stackSocket;
    }

    @Override
    public int translate(int events, int interest) {
        if ((events & (Sockets.POLLERR | Sockets.POLLHUP)) != 0) {
            return interest;
        }
        final State state = connector.state();
        int ops = 0;
        if ((events & Sockets.POLLIN) != 0 && state == State.CONNECTED) {
            ops |= SelectionKey.OP_READ;
        }
        if ((events & Sockets.POLLOUT) != 0) {
            ops |= state == State.PENDING ? SelectionKey.OP_CONNECT : 0;
            ops |= state == State.CONNECTED ? SelectionKey.OP_WRITE : 0;
        }
        return ops & interest;
    }

    @Override
    public String toString() {
        final String name = getClass().getSuperclass().getName();
        if (!isOpen()) {
            return name + "[closed]";
        }
        final StringBuilder text = new StringBuilder(name).append('[');
        text.append(
                switch (connector.state()) {
                    case UNCONNECTED -> "unconnected";
                    case PENDING -> "connection-pending";
                    case CONNECTED ->
                        "connected" + (input.isShut() ? " ishut" : "") + (output.isShut() ? " oshut" : "");
                });
        if (connector.local() != null) {
            text.append(" local=").append(connector.local());
        }
        if (connector.remote() != null) {
            text.append(" remote=").append(connector.remote());
        }
        return text.append(']').toString();
    }
}
