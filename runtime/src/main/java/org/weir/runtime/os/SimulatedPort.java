package org.weir.runtime.os;

import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The port for simulations: virtual time, and threads of which one runs at a time, in an order that the seed gives. A
/// run is repeated exactly by the same seed.
///
/// ```text
///   a thread runs until it waits --> the next one that need not wait
///                                      | none
///                                      v
///                       what was added is polled until it has no work
///                                      | none
///                                      v
///                     time jumps to the next timer, time-out or deadline --> none: deadlock
/// ```
///
/// So no time passes while a thread computes. [#run] is called by any one thread of the JVM, which is none of the
/// simulation; all other methods by whoever has the turn, or by that thread before and after a run.
public final class SimulatedPort implements OsPort {
    /// When it begins, so that no time of a run is 0.
    private static final long START_NS = 1_000_000;
    /// More polls than this without a step of time, and the devices keep each other busy for nothing.
    private static final int POLLS_AT_ONCE = 1_000_000;

    /// Something that the scheduler drives when no thread can run: a stack.
    public interface Device {
        /// Does what there is to do. Returns how much was done.
        int poll(long nowNs);

        /// When it wants to be polled at the latest; `Long.MAX_VALUE` if never.
        long nextDeadlineNs();
    }

    private final Order order;
    private final List<Device> devices = new ArrayList<>();
    private final List<SimulatedThread> ready = new ArrayList<>();
    private final List<SimulatedThread> alive = new ArrayList<>();
    private final TreeSet<SimulatedAlarm> alarms = new TreeSet<>();
    private final Waiting asleep = new Waiting(() -> "a while to pass");
    private long nowNs = START_NS;
    private long alarmsSet;
    private int pollsAtOnce;
    private boolean closing;
    private @Nullable Throwable failure;
    private @Nullable Thread scheduler;
    /// Whose turn it is; null for the scheduler's. Everything else is handed over with it.
    private volatile @Nullable SimulatedThread turn;

    private SimulatedPort(Order order) {
        this.order = order;
    }

    /// Threads take turns in the order in which they could go on.
    public static SimulatedPort firstComeFirstServed() {
        return new SimulatedPort(Order.firstComeFirstServed());
    }

    /// Threads take turns at random, and sometimes give way before they take, wait for or call something.
    public static SimulatedPort seeded(long seed) {
        return new SimulatedPort(Order.seeded(seed));
    }

    /// Polls `device` from now on, after those that were added before.
    public void add(Device device) {
        devices.add(device);
    }

    // ---- the scheduler ----

    /// Runs `main` as a thread of the simulation, and all others as long as it has not ended. They stay as they are
    /// then, and go on in the next run. Throws what `main` or another thread has thrown; a checked exception as the
    /// cause of an `IllegalStateException`.
    ///
    /// @throws DeadlockException if all threads wait and nothing will happen
    public void run(OsBody main) {
        run(main, Long.MAX_VALUE);
    }

    /// As [#run], for at most `limitNs` of virtual time.
    ///
    /// @throws DeadlockException also if `main` has not ended then
    public void run(OsBody main, long limitNs) {
        final long endNs = limitNs > Long.MAX_VALUE - nowNs ? Long.MAX_VALUE : nowNs + limitNs;
        final OsThread thread = start("main", main);
        scheduler = Thread.currentThread();
        while (thread.isAlive() && failure == null) {
            step(endNs);
        }
        rethrow();
    }

    private void rethrow() {
        final Throwable thrown = failure;
        failure = null;
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown instanceof RuntimeException exception) {
            throw exception;
        }
        if (thrown != null) {
            throw new IllegalStateException("a thread of the simulation has failed", thrown);
        }
    }

    private void step(long endNs) {
        if (!ready.isEmpty()) {
            resume(ready.remove(order.choose(ready.size())));
        } else if (pollDevices() == 0 && !expire()) {
            pollsAtOnce = 0;
            advance(endNs);
        }
    }

    private void resume(SimulatedThread next) {
        turn = next;
        next.resume();
        boolean interrupted = false;
        while (turn != null) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private int pollDevices() {
        if (++pollsAtOnce > POLLS_AT_ONCE) {
            throw new IllegalStateException("the stacks work for ever at " + nowNs + " ns");
        }
        int work = 0;
        for (final Device device : devices) {
            work += device.poll(nowNs);
        }
        return work;
    }

    /// Runs the first alarm that is due.
    private boolean expire() {
        if (alarms.isEmpty() || alarms.first().dueNs > nowNs) {
            return false;
        }
        final SimulatedAlarm alarm = alarms.first();
        disarm(alarm);
        alarm.due();
        return true;
    }

    private void advance(long endNs) {
        long next = alarms.isEmpty() ? Long.MAX_VALUE : alarms.first().dueNs;
        for (final Device device : devices) {
            next = Math.min(next, device.nextDeadlineNs());
        }
        if (next == Long.MAX_VALUE) {
            throw new DeadlockException(report("nothing will happen any more"));
        }
        if (next > endNs) {
            throw new DeadlockException(report("the limit of time is reached"));
        }
        nowNs = Math.max(nowNs + 1, next);
    }

    private String report(String why) {
        final StringJoiner threads = new StringJoiner("; ", why + " at " + nowNs + " ns: ", "");
        for (final SimulatedThread thread : alive) {
            threads.add(thread.toString());
        }
        return threads.toString();
    }

    // ---- for threads ----

    /// The running thread of the simulation, which is the caller.
    SimulatedThread self() {
        final SimulatedThread running = turn;
        if (running == null || !running.isCurrent()) {
            throw new IllegalStateException("thread '" + Thread.currentThread().getName()
                    + "' is none of the simulation and must not wait in it");
        }
        return running;
    }

    /// Waits until served, for at most `timeoutNs`. Returns whether it was.
    boolean await(Waiting what, long timeoutNs) throws InterruptedException {
        final SimulatedThread self = self();
        checkInterrupt(self);
        if (timeoutNs <= 0) {
            return false;
        }
        what.add(self);
        self.waitsFor = what;
        if (timeoutNs != Long.MAX_VALUE) {
            set(self, timeoutNs);
        }
        giveUpTurn(self);
        if (!self.served) {
            checkInterrupt(self);
        }
        return self.served;
    }

    private static void checkInterrupt(SimulatedThread self) throws InterruptedException {
        if (self.interrupted) {
            self.interrupted = false;
            throw new InterruptedException();
        }
    }

    private void giveUpTurn(SimulatedThread self) {
        handToScheduler();
        while (turn != self) {
            LockSupport.park(this);
        }
        if (closing) {
            throw new SimulationEnd();
        }
    }

    private void handToScheduler() {
        final Thread waiting = scheduler;
        turn = null;
        LockSupport.unpark(waiting);
    }

    /// Lets another thread run first, if the order says so. Called where a thread of the JVM could be overtaken:
    /// before it takes, waits or calls a stack. No effect for who is no thread of the simulation.
    public void giveWay() {
        final SimulatedThread running = turn;
        if (running != null && running.isCurrent() && !closing && order.givesWay()) {
            ready.add(running);
            giveUpTurn(running);
        }
    }

    /// Lets one of those that wait for `what` go on, and says which.
    SimulatedThread serve(Waiting what) {
        final SimulatedThread served = what.take(order);
        makeReady(served, true);
        return served;
    }

    void makeReady(SimulatedThread thread, boolean served) {
        final Waiting what = thread.waitsFor;
        if (what != null) {
            what.remove(thread);
            thread.waitsFor = null;
        }
        disarm(thread);
        thread.served = served;
        ready.add(thread);
    }

    boolean isClosing() {
        return closing;
    }

    void failed(SimulatedThread thread, Throwable why) {
        if (failure == null && !closing) {
            why.addSuppressed(new IllegalStateException("in thread '" + thread.name() + "' at " + nowNs + " ns"));
            failure = why;
        }
    }

    void ended(SimulatedThread thread) {
        alive.remove(thread);
        handToScheduler();
    }

    // ---- alarms ----

    void set(SimulatedAlarm alarm, long delayNs) {
        disarm(alarm);
        alarm.dueNs = delayNs > Long.MAX_VALUE - 1 - nowNs ? Long.MAX_VALUE - 1 : nowNs + Math.max(0, delayNs);
        alarm.number = alarmsSet++;
        alarm.isSet = true;
        alarms.add(alarm);
    }

    void disarm(SimulatedAlarm alarm) {
        if (alarm.isSet) {
            alarm.isSet = false;
            alarms.remove(alarm);
        }
    }

    // ---- the port ----

    @Override
    public long nowNs() {
        return nowNs;
    }

    @Override
    public void sleep(long durationNs) throws InterruptedException {
        await(asleep, durationNs);
    }

    @Override
    public OsSemaphore semaphore(String name, int permits) {
        if (permits < 0) {
            throw new IllegalArgumentException("semaphore '" + name + "': " + permits + " permits, must be 0 or more");
        }
        return new SimulatedSemaphore(this, name, permits);
    }

    @Override
    public OsMutex mutex(String name) {
        return new SimulatedMutex(this, name);
    }

    @Override
    public <T> OsMailbox<T> mailbox(String name, int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("mailbox '" + name + "': capacity " + capacity + ", must be 1 or more");
        }
        return new SimulatedMailbox<>(this, name, capacity);
    }

    @Override
    public OsTimer timer(String name, Runnable action) {
        return new SimulatedTimer(action);
    }

    private final class SimulatedTimer extends SimulatedAlarm implements OsTimer {
        private final Runnable action;

        SimulatedTimer(Runnable action) {
            this.action = action;
        }

        @Override
        void due() {
            action.run();
        }

        @Override
        public void arm(long delayNs) {
            set(this, delayNs);
        }

        @Override
        public void cancel() {
            disarm(this);
        }
    }

    @Override
    public OsThread start(String name, OsBody body) {
        final SimulatedThread thread = new SimulatedThread(this, name, body);
        alive.add(thread);
        ready.add(thread);
        return thread;
    }

    /// Ends every thread that has not ended: what it waits for throws an error that unwinds it.
    @Override
    public void close() {
        closing = true;
        scheduler = Thread.currentThread();
        alarms.clear();
        for (final SimulatedThread thread : List.copyOf(alive)) {
            while (thread.isAlive()) {
                resume(thread);
            }
        }
    }
}
