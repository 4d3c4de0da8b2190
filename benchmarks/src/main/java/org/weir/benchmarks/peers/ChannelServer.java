package org.weir.benchmarks.peers;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/// A server for the loads that knows `java.nio.channels` alone: one thread, one selector, direct buffers. Whose
/// channels they are is the JVM's choice.
public final class ChannelServer {
    private static final int BUFFER = 256 * 1024;
    private static final int BACKLOG = 512;
    private static final int FIRST_PRINTABLE = ' ';
    private static final int PRINTABLE = 95;

    /// What is done with a connection, told by its port.
    private enum Service {
        ECHO(Load.ECHO, SelectionKey.OP_READ),
        DISCARD(Load.DISCARD, SelectionKey.OP_READ),
        CHARGEN(Load.CHARGEN, SelectionKey.OP_WRITE);

        private final int port;
        private final int interest;

        Service(int port, int interest) {
            this.port = port;
            this.interest = interest;
        }
    }

    private static final class Connection {
        final Service service;
        /// What could not be written yet; what is sent again and again, for chargen.
        @Nullable
        ByteBuffer unsent;

        Connection(Service service) {
            this.service = service;
        }
    }

    private final Selector selector;
    private final ByteBuffer received = ByteBuffer.allocateDirect(BUFFER);
    private final ByteBuffer pattern = ByteBuffer.allocateDirect(BUFFER);

    private ChannelServer(Selector selector) {
        this.selector = selector;
        for (int i = 0; i < BUFFER; i++) {
            pattern.put(i, (byte) (FIRST_PRINTABLE + i % PRINTABLE));
        }
    }

    /// Serves on all addresses until it is killed; says "ready" first.
    public static void main(String[] arguments) throws IOException {
        final ChannelServer server = new ChannelServer(Selector.open());
        for (final Service service : Service.values()) {
            server.listen(service);
        }
        System.out.println("ready");
        while (true) {
            server.selector.select(server::serve);
        }
    }

    private void listen(Service service) throws IOException {
        final ServerSocketChannel listener = ServerSocketChannel.open();
        listener.bind(new InetSocketAddress(service.port), BACKLOG);
        listener.configureBlocking(false);
        listener.register(selector, SelectionKey.OP_ACCEPT, service);
    }

    private void serve(SelectionKey key) {
        try {
            if (key.attachment() instanceof Connection connection) {
                serve(key, (SocketChannel) key.channel(), connection);
            } else {
                accept((ServerSocketChannel) key.channel(), (Service) key.attachment());
            }
        } catch (IOException _) {
            close(key);
        }
    }

    private static void close(SelectionKey key) {
        try {
            key.channel().close();
        } catch (IOException _) {
            // It is of no more use to anybody.
        }
    }

    private void accept(ServerSocketChannel listener, Service service) throws IOException {
        for (SocketChannel channel = listener.accept(); channel != null; channel = listener.accept()) {
            final Connection connection = new Connection(service);
            if (service == Service.CHARGEN) {
                connection.unsent = pattern.duplicate();
            }
            channel.configureBlocking(false);
            channel.register(selector, service.interest, connection);
        }
    }

    private void serve(SelectionKey key, SocketChannel channel, Connection connection) throws IOException {
        switch (connection.service) {
            case ECHO -> echo(key, channel, connection);
            case DISCARD -> discard(channel);
            case CHARGEN -> generate(channel, connection);
        }
    }

    private void echo(SelectionKey key, SocketChannel channel, Connection connection) throws IOException {
        ByteBuffer unsent = connection.unsent;
        if (unsent == null) {
            if (channel.read(received.clear()) < 0) {
                channel.close();
                return;
            }
            unsent = received.flip();
        }
        channel.write(unsent);
        if (!unsent.hasRemaining()) {
            connection.unsent = null;
            key.interestOps(SelectionKey.OP_READ);
        } else if (connection.unsent == null) {
            connection.unsent =
                    ByteBuffer.allocate(unsent.remaining()).put(unsent).flip();
            key.interestOps(SelectionKey.OP_WRITE);
        }
    }

    private void discard(SocketChannel channel) throws IOException {
        final int count = channel.read(received.clear());
        if (count < 0) {
            channel.close();
        }
    }

    private static void generate(SocketChannel channel, Connection connection) throws IOException {
        final ByteBuffer unsent = connection.unsent;
        if (unsent != null && channel.write(unsent.hasRemaining() ? unsent : unsent.clear()) < 0) {
            channel.close();
        }
    }
}
