package org.weir.jdk;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.nio.channels.SelectionKey;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.weir.stack.Sockets;

/// A datagram socket of a Weir stack as a channel. One thread at a time receives, one sends; connecting takes both
/// locks.
final class WeirDatagramChannel extends DatagramChannel implements BlockingChannel {
    private final StackSocket stackSocket;
    private final DatagramAssociation association;
    private final DatagramInput input;
    private final DatagramOutput output;
    private final ChannelOptions options;
    private final Memberships memberships;
    private @Nullable DatagramSocket adaptor;

    private WeirDatagramChannel(WeirSelectorProvider provider, StackSocket socket) {
        super(provider);
        this.stackSocket = socket;
        this.association = new DatagramAssociation(this, socket);
        this.input = new DatagramInput(association);
        this.output = new DatagramOutput(association);
        this.options = new ChannelOptions(this, socket, ChannelOptions.DATAGRAM);
        this.memberships = new Memberships(this, socket);
    }

    static WeirDatagramChannel open(WeirSelectorProvider provider, StackHost host) throws SocketException {
        return new WeirDatagramChannel(provider, StackSocket.open(host, Sockets.SOCK_DGRAM));
    }

    // ---- receiving ----

    @Override
    public @Nullable SocketAddress receive(ByteBuffer target) throws IOException {
        Octets.checkWritable(target);
        return input.receive(target);
    }

    /// Receives as the adaptor does: in blocking mode, for `timeoutNs` at most if that is not 0. Stores where from.
    int blockingReceive(byte[] target, int offset, int length, long timeoutNs, DatagramInput.SenderStore sender)
            throws IOException {
        return input.receive(target, offset, length, timeoutNs, sender);
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        return input.move(target);
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
        return input.move(targets, offset, length);
    }

    // ---- sending ----

    @Override
    public int send(ByteBuffer source, SocketAddress target) throws IOException {
        Objects.requireNonNull(source);
        return output.send(source, Addresses.check(target));
    }

    /// Sends as the adaptor does, to where it is connected to for null.
    void blockingSend(byte[] source, int offset, int length, @Nullable InetSocketAddress target) throws IOException {
        output.send(source, offset, length, target);
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        return output.move(source);
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        return output.move(sources, offset, length);
    }

    // ---- naming ----

    @Override
    public DatagramChannel bind(@Nullable SocketAddress local) throws IOException {
        return ChannelHalf.exclusively(input, output, () -> {
            association.bind(local);
            return this;
        });
    }

    @Override
    public boolean isConnected() {
        return association.remote() != null && isOpen();
    }

    @Override
    public DatagramChannel connect(SocketAddress remote) throws IOException {
        return connect(Addresses.check(remote), true);
    }

    /// Connects, also anew if not `once`.
    DatagramChannel connect(InetSocketAddress remote, boolean once) throws IOException {
        return ChannelHalf.exclusively(input, output, () -> {
            association.connect(remote, once);
            return this;
        });
    }

    @Override
    public DatagramChannel disconnect() throws IOException {
        return ChannelHalf.exclusively(input, output, () -> {
            association.disconnect();
            return this;
        });
    }

    @Override
    public @Nullable SocketAddress getLocalAddress() throws IOException {
        ensureOpen();
        return association.local();
    }

    @Override
    public @Nullable SocketAddress getRemoteAddress() throws IOException {
        ensureOpen();
        return association.remote();
    }

    @Nullable
    InetSocketAddress localAddress() {
        return association.local();
    }

    @Nullable
    InetSocketAddress remoteAddress() {
        return association.remote();
    }

    // ---- multicast ----

    @Override
    public MembershipKey join(InetAddress group, NetworkInterface on) throws IOException {
        return memberships.join(this, group, on, null);
    }

    @Override
    public MembershipKey join(InetAddress group, NetworkInterface on, InetAddress source) throws IOException {
        return memberships.join(this, group, on, Objects.requireNonNull(source));
    }

    /// The membership of all sources of a group; null if there is none.
    @Nullable
    MembershipKey findMembership(InetAddress group, NetworkInterface on) {
        return memberships.find(group, on);
    }

    /// Where groups are joined that are joined nowhere in particular.
    NetworkInterface usualInterface() throws IOException {
        return HostInterfaces.usual(stackSocket.host());
    }

    // ---- options, adaptor, ending ----

    @Override
    public <T> DatagramChannel setOption(SocketOption<T> name, T value) throws IOException {
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
    public synchronized DatagramSocket socket() {
        if (adaptor == null) {
            adaptor = new DatagramSocketAdaptor(this);
        }
        return adaptor;
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
        final int read = (events & Sockets.POLLIN) != 0 ? SelectionKey.OP_READ : 0;
        final int write = (events & Sockets.POLLOUT) != 0 ? SelectionKey.OP_WRITE : 0;
        return (read | write) & interest;
    }

    @Override
    public String toString() {
        final String name = getClass().getSuperclass().getName();
        final InetSocketAddress remote = association.remote();
        return isOpen()
                ? name + "[local=" + association.local() + (remote == null ? "" : ", remote=" + remote) + "]"
                : name + "[closed]";
    }
}
