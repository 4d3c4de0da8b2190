package org.weir.benchmarks;

import java.io.IOException;
import java.lang.foreign.Arena;
import org.weir.drivers.LinkWaiter;
import org.weir.drivers.TapLink;
import org.weir.link.DropCounters;
import org.weir.link.FaultInjector;
import org.weir.link.FaultPlan;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;

/// Carries packets between the TUNs of two kernel ends through a fault injector, in a thread of its own: the same
/// class with the same plan through which Weir's end sends and receives.
final class Relay implements AutoCloseable {
    private static final PbufPool.Layout POOL = new PbufPool.Layout(16_384, 2_048, 64, 256, 64, 64, false);
    private static final int BUDGET = 64;
    private static final long LONGEST_WAIT_NS = 50_000_000L;

    private final Arena arena = Arena.ofShared();
    private final TapLink near;
    private final FaultInjector far;
    private final LinkWaiter waiter;
    private final Thread thread;
    private long nowNs;
    private volatile boolean stopping;

    /// Takes both links.
    Relay(TapLink near, TapLink far, FaultPlan plan, long seed) throws IOException {
        this.near = near;
        this.far = new FaultInjector(far, plan, plan, seed);
        final PbufPool pool = new PbufPool(arena.allocate(POOL.bytes(), POOL.pageSize()), 0, POOL);
        final DropCounters drops = new DropCounters();
        this.near.attach(pool, drops);
        this.far.attach(pool, drops);
        waiter = LinkWaiter.on(near.fileDescriptor(), far.fileDescriptor());
        thread = Thread.ofPlatform().daemon().name("relay").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    private void run() {
        while (!stopping) {
            nowNs = System.nanoTime();
            int work = near.receive(this::sendFar, BUDGET, nowNs);
            far.flush(nowNs);
            work += far.receive(this::sendNear, BUDGET, nowNs);
            if (work == 0) {
                waiter.await(Math.min(far.nextDeadlineNs() - nowNs, LONGEST_WAIT_NS));
            }
        }
    }

    private void sendFar(Pbuf packet) {
        far.send(packet, nowNs);
    }

    private void sendNear(Pbuf packet) {
        near.send(packet, nowNs);
    }

    /// Ends the thread and closes the links.
    @Override
    public void close() {
        stopping = true;
        waiter.wake();
        Threads.join(thread);
        waiter.close();
        far.close();
        near.close();
        arena.close();
    }
}
