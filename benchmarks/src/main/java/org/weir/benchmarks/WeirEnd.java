package org.weir.benchmarks;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;
import org.weir.drivers.LinkWaiter;
import org.weir.drivers.SystemEntropy;
import org.weir.drivers.TapLink;
import org.weir.link.FaultInjector;
import org.weir.link.FaultPlan;
import org.weir.runtime.IdleStrategy;
import org.weir.runtime.StackLoop;
import org.weir.runtime.Waiter;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;
import org.weir.tcp.TcpAcceptHandler;
import org.weir.tcp.TcpConnection;
import org.weir.tcp.TcpError;
import org.weir.tcp.TcpHandler;
import org.weir.tcp.TcpListener;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;

/// A Weir host with a thread of its own at the other end of a kernel end's TUN, behind a fault injector.
final class WeirEnd implements TcpHandler, TcpAcceptHandler, AutoCloseable {
    /// What the kernel's buffers grow to by default, and more than twice what the longest path holds.
    private static final int BUFFER = 4 * 1024 * 1024;

    private static final int PAGES = 16_384;
    private static final int RESERVED = 512;
    private static final int CHUNK = 64 * 1024;

    private final MemorySegment buffer = Arena.ofAuto().allocate(CHUNK);
    private final AtomicLong received = new AtomicLong();
    private final Stack stack;
    private final LinkWaiter waiter;
    private final StackLoop loop;
    private final Thread thread;
    private boolean sends;

    /// Takes `tap`.
    WeirEnd(TapLink tap, IpPrefix address, FaultPlan plan, long seed) throws IOException {
        stack = Stack.create(config(), new SystemEntropy(), System.nanoTime());
        stack.addAddress(stack.addInterface("bench", new FaultInjector(tap, plan, plan, seed)), address);
        waiter = LinkWaiter.on(tap.fileDescriptor());
        loop = new StackLoop(stack, new LinkWait(waiter), IdleStrategy.SLEEP);
        thread = Thread.ofPlatform().daemon().name("weir end").unstarted(loop);
    }

    /// What a user gets, with larger buffers.
    static StackConfig config() {
        final StackConfig usual = StackConfig.defaults();
        return usual.withPages(PAGES, RESERVED).withTcp(usual.tcp().withBuffers(BUFFER, BUFFER));
    }

    /// The loop's view of the driver's waiter.
    private record LinkWait(LinkWaiter waiter) implements Waiter {
        @Override
        public void await(long timeoutNs) {
            waiter.await(timeoutNs);
        }

        @Override
        public void wake() {
            waiter.wake();
        }
    }

    /// Accepts connections on `port` and reads what comes.
    void receive(int port) {
        final TcpListener listener = stack.tcp().bind(0, IpAddress.ANY.low(), port);
        if (listener == null) {
            throw new IllegalStateException("cannot bind: " + stack.tcp().refusal());
        }
        listener.listen(1, this);
        start();
    }

    /// Connects to `address` and writes for ever.
    void send(IpAddress address, int port) {
        sends = true;
        if (stack.tcp().connect(address.high(), address.low(), port, IpAddress.ANY.low(), 0, this) == null) {
            throw new IllegalStateException("cannot connect: " + stack.tcp().refusal());
        }
        start();
    }

    private void start() {
        stack.release();
        thread.start();
    }

    /// Octets that were read.
    long received() {
        return received.get();
    }

    // ---- in the host's thread ----

    @Override
    public void acceptable(TcpListener listener) {
        final TcpConnection c = listener.accept();
        if (c != null) {
            c.handler(this);
            readable(c);
        }
    }

    @Override
    public void connected(TcpConnection c) {
        writable(c);
    }

    @Override
    public void writable(TcpConnection c) {
        while (sends && c.write(buffer, 0, CHUNK) == CHUNK) {
            continue;
        }
    }

    @Override
    public void readable(TcpConnection c) {
        int count = c.read(buffer, 0, CHUNK);
        while (count > 0) {
            received.addAndGet(count);
            count = c.read(buffer, 0, CHUNK);
        }
    }

    @Override
    public void failed(TcpConnection c, TcpError error) {
        // The kernel's end was closed, or the measurement shows that nothing comes.
    }

    /// Ends the thread and closes the link.
    @Override
    public void close() {
        loop.stop();
        Threads.join(thread);
        stack.close();
        waiter.close();
    }
}
