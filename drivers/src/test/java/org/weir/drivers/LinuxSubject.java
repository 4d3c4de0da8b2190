package org.weir.drivers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.weir.link.DropCounters;
import org.weir.memory.Headroom;
import org.weir.memory.PacketQueue;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.testkit.TcpSubject;
import org.weir.wire.IpPrefix;

/// The kernel's TCP as the subject of a script: a TUN in the namespace of the calling thread, which must be a fresh
/// one, with the script as what is behind it, and the JDK's sockets as the application. Time is real.
final class LinuxSubject implements TcpSubject {
    private static final IpPrefix PREFIX = IpPrefix.parse("192.0.2.2/24");
    private static final Path CONGESTION_CONTROL = Path.of("/proc/sys/net/ipv4/tcp_congestion_control");
    private static final PbufPool.Layout POOL = new PbufPool.Layout(1_024, 2_048, 64, 256, 1_100, 16, false);
    private static final int RECEIVE_BUFFER = 64 * 1024;
    private static final long ACCEPT_LIMIT_NS = 1_000_000_000L;

    private final Arena arena = Arena.ofConfined();
    private final PbufPool pool = new PbufPool(arena.allocate(POOL.bytes(), 2_048), 0, POOL);
    private final PacketQueue arrived = new PacketQueue();
    private final TapLink link;
    private final LinkWaiter waiter;
    private @Nullable ServerSocketChannel listener;
    private @Nullable SocketChannel connection;

    LinuxSubject() throws IOException {
        Files.writeString(CONGESTION_CONTROL, "reno");
        link = TapLink.open(TapOptions.tun("script").withoutOffload());
        link.attach(pool, new DropCounters());
        waiter = LinkWaiter.on(link.fileDescriptor());
        final KernelInterface tun = KernelInterface.named(link.name());
        tun.address(PREFIX);
        tun.up();
    }

    /// What a socket can do that may fail.
    @FunctionalInterface
    private interface Call<T> {
        T make() throws IOException;
    }

    private static <T> T must(Call<T> call) {
        try {
            return call.make();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private SocketChannel connection() {
        if (connection == null) {
            throw new AssertionError("the application has no connection");
        }
        return connection;
    }

    private static InetSocketAddress socketAddress(int ipv4, int port) {
        final byte[] octets = ByteBuffer.allocate(Integer.BYTES).putInt(ipv4).array();
        return new InetSocketAddress(must(() -> InetAddress.getByAddress(octets)), port);
    }

    // ---- the application ----

    @Override
    public void listen(int port) {
        listener = must(() -> {
            final ServerSocketChannel l = ServerSocketChannel.open();
            l.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER);
            l.configureBlocking(false);
            return l.bind(socketAddress(ADDRESS, port), 8);
        });
    }

    @Override
    public void connect(int port) {
        connection = must(() -> {
            final SocketChannel c = SocketChannel.open();
            c.configureBlocking(false);
            c.connect(socketAddress(PEER_ADDRESS, port));
            return c;
        });
    }

    @Override
    public void accept() {
        final ServerSocketChannel l = listener;
        if (l == null) {
            throw new AssertionError("nobody listens");
        }
        final long startNs = System.nanoTime();
        SocketChannel c = must(l::accept);
        while (c == null && System.nanoTime() - startNs < ACCEPT_LIMIT_NS) {
            Thread.onSpinWait();
            c = must(l::accept);
        }
        if (c == null) {
            throw new AssertionError("there is no connection to accept");
        }
        final SocketChannel accepted = c;
        must(() -> accepted.configureBlocking(false));
        connection = accepted;
    }

    @Override
    public int write(byte[] octets) {
        return must(() -> connection().write(ByteBuffer.wrap(octets)));
    }

    @Override
    public int read(byte[] target) {
        return must(() -> connection().read(ByteBuffer.wrap(target)));
    }

    @Override
    public void noDelay() {
        must(() -> connection().setOption(StandardSocketOptions.TCP_NODELAY, true));
    }

    @Override
    public void shutdownOutput() {
        must(() -> connection().shutdownOutput());
    }

    @Override
    public void closeConnection() {
        must(() -> {
            connection().close();
            return true;
        });
        connection = null;
    }

    @Override
    public void abort() {
        must(() -> connection().setOption(StandardSocketOptions.SO_LINGER, 0));
        closeConnection();
    }

    /// Found out by using the socket: what was not read before may be lost.
    @Override
    public String error() {
        final SocketChannel c = connection();
        try {
            if (c.isConnectionPending()) {
                c.finishConnect();
            } else {
                c.read(ByteBuffer.allocate(1));
            }
            return "";
        } catch (IOException e) {
            final String why = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
            return why.contains("refused") ? "REFUSED" : why.contains("timed out") ? "TIMED_OUT" : "RESET";
        }
    }

    // ---- the wire ----

    @Override
    public void send(byte[] packet) {
        final Pbuf p = pool.take(Headroom.RAW, packet.length);
        if (p == null) {
            throw new AssertionError("the pool is dry");
        }
        MemorySegment.copy(MemorySegment.ofArray(packet), 0, p.segment(), p.offset(), packet.length);
        link.send(p, 0);
        link.flush(0);
    }

    @Override
    public byte @Nullable [] receive(long withinNs) {
        final long startNs = System.nanoTime();
        while (true) {
            link.receive(arrived::add, 16, 0);
            for (Pbuf p = arrived.poll(); p != null; p = arrived.poll()) {
                final byte[] packet = new byte[p.totalLength()];
                p.copyTo(0, MemorySegment.ofArray(packet), 0, packet.length);
                p.release();
                if (packet[0] >>> 4 == 4) {
                    return packet;
                }
            }
            final long leftNs = startNs + withinNs - System.nanoTime();
            if (leftNs <= 0) {
                return null;
            }
            waiter.await(leftNs);
        }
    }

    @Override
    public void pass(long ns) {
        final long startNs = System.nanoTime();
        for (long left = ns; left > 0; left = startNs + ns - System.nanoTime()) {
            java.util.concurrent.locks.LockSupport.parkNanos(left);
        }
    }

    @Override
    public void close() {
        try {
            if (connection != null) {
                must(() -> connection().setOption(StandardSocketOptions.SO_LINGER, 0));
                closeConnection();
            }
            if (listener != null) {
                listener.close();
            }
        } catch (IOException | UncheckedIOException _) {
            // The kernel has ended the connection before.
        } finally {
            arrived.clear();
            waiter.close();
            link.close();
            arena.close();
        }
    }
}
