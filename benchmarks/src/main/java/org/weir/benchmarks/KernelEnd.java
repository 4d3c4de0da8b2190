package org.weir.benchmarks;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.weir.drivers.KernelInterface;
import org.weir.drivers.NetworkNamespace;
import org.weir.drivers.TapLink;
import org.weir.drivers.TapOptions;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;

/// The kernel's TCP in a network namespace of its own that goes with it, behind a TUN whose other end is given away.
/// One thread lives in the namespace; what it opens is in there.
final class KernelEnd implements AutoCloseable {
    private static final Path CONGESTION = Path.of("/proc/sys/net/ipv4/tcp_congestion_control");
    private static final Path AVAILABLE = Path.of("/proc/sys/net/ipv4/tcp_available_congestion_control");
    private static final int CHUNK = 256 * 1024;

    private final ExecutorService inside = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("kernel end").factory());
    private final Queue<NetworkChannel> channels = new ConcurrentLinkedQueue<>();
    private final AtomicLong received = new AtomicLong();
    private final TapLink link;
    private volatile boolean closing;

    /// @param congestionControl the kernel's name of it
    /// @throws IOException if that is not permitted; the message says what to do
    KernelEnd(IpPrefix address, String congestionControl) throws IOException, InterruptedException {
        try {
            link = call(() -> open(address, congestionControl));
        } catch (IOException | RuntimeException e) {
            inside.shutdownNow();
            throw e;
        }
    }

    /// Without offload: the kernel cuts its segments itself, so that each meets its own fate.
    private static TapLink open(IpPrefix address, String congestionControl) throws IOException, InterruptedException {
        NetworkNamespace.enterNew();
        final TapLink tun = TapLink.open(TapOptions.tun("bench").withoutOffload());
        final KernelInterface kernel = KernelInterface.named(tun.name());
        kernel.address(address);
        kernel.up();
        if (!isDefault(congestionControl) && !isOfRoute(congestionControl, address, tun.name())) {
            tun.close();
            throw new IOException("cannot give the kernel the congestion control '" + congestionControl
                    + "'; it has " + Files.readString(AVAILABLE).strip()
                    + ", and in a namespace some need the command 'ip' of iproute2");
        }
        return tun;
    }

    /// Makes it the default of the namespace. Refused for an algorithm that the machine has not allowed to all.
    private static boolean isDefault(String congestionControl) {
        try {
            Files.writeString(CONGESTION, congestionControl);
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    /// Makes it that of the only route, which the namespace's administrator may do with any algorithm.
    private static boolean isOfRoute(String congestionControl, IpPrefix address, String device)
            throws InterruptedException {
        final IpAddress first = IpAddress.ofIpv4(address.address().ipv4() & address.mask());
        final String network = new IpPrefix(first, address.length()).toString();
        try {
            return new ProcessBuilder("ip", "route", "replace", network, "dev", device, "congctl", congestionControl)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException _) {
            return false;
        }
    }

    /// Runs `task` in the namespace and waits for it.
    private <T> T call(Callable<T> task) throws IOException, InterruptedException {
        try {
            return inside.submit(task).get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /// The other end of the interface, the caller's.
    TapLink link() {
        return link;
    }

    /// Accepts one connection on `port` and reads what comes.
    void receive(int port) throws IOException, InterruptedException {
        final ServerSocketChannel listener = call(() -> {
            final ServerSocketChannel l = ServerSocketChannel.open();
            channels.add(l);
            return l.bind(new InetSocketAddress(port));
        });
        start(() -> {
            final SocketChannel c = listener.accept();
            channels.add(c);
            final ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK);
            int count = c.read(buffer);
            while (count >= 0) {
                received.addAndGet(count);
                count = c.read(buffer.clear());
            }
            return true;
        });
    }

    /// Connects to `address` and writes for ever.
    void send(InetSocketAddress address) {
        start(() -> {
            final SocketChannel c = SocketChannel.open();
            channels.add(c);
            c.connect(address);
            final ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK);
            while (!closing) {
                c.write(buffer.clear());
            }
            return true;
        });
    }

    private void start(Callable<Boolean> task) {
        inside.execute(() -> {
            try {
                task.call();
            } catch (Exception e) {
                if (!closing) {
                    throw new IllegalStateException("the kernel's end failed", e);
                }
            }
        });
    }

    /// Octets that were read.
    long received() {
        return received.get();
    }

    /// Ends the connection at once, and with it the thread.
    @Override
    public void close() throws IOException {
        closing = true;
        for (final NetworkChannel channel : channels) {
            if (channel instanceof SocketChannel && channel.isOpen()) {
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            }
            channel.close();
        }
        inside.shutdownNow();
    }
}
