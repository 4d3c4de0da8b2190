package org.weir.runtime.os;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The ports on threads of the JVM: platform threads, one of the kernel's each, or virtual threads, of which there may
/// be a million. Time is `System.nanoTime`. Waiting may allocate, as the JDK's queues of waiters do.
public final class ThreadPort implements OsPort {
    private final boolean isVirtual;
    private final AlarmClock alarms = new AlarmClock();

    private ThreadPort(boolean isVirtual) {
        this.isVirtual = isVirtual;
        unstarted("timers", alarms).start();
    }

    /// A port whose threads are the kernel's. They are daemons: the JVM does not wait for them.
    public static ThreadPort platform() {
        return new ThreadPort(false);
    }

    /// A port whose threads are virtual.
    public static ThreadPort virtual() {
        return new ThreadPort(true);
    }

    private Thread unstarted(String name, Runnable body) {
        return isVirtual
                ? Thread.ofVirtual().name(name).unstarted(body)
                : Thread.ofPlatform().name(name).daemon().unstarted(body);
    }

    @Override
    public long nowNs() {
        return System.nanoTime();
    }

    @Override
    public void sleep(long durationNs) throws InterruptedException {
        Thread.sleep(Duration.ofNanos(durationNs));
    }

    @Override
    public OsSemaphore semaphore(String name, int permits) {
        if (permits < 0) {
            throw new IllegalArgumentException("semaphore '" + name + "': " + permits + " permits, must be 0 or more");
        }
        return new CountingSemaphore(permits);
    }

    @Override
    public OsMutex mutex(String name) {
        return new Mutex(name);
    }

    @Override
    public <T> OsMailbox<T> mailbox(String name, int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("mailbox '" + name + "': capacity " + capacity + ", must be 1 or more");
        }
        return new QueueMailbox<>(capacity);
    }

    @Override
    public OsTimer timer(String name, Runnable action) {
        return alarms.timer(action);
    }

    @Override
    public OsThread start(String name, OsBody body) {
        final Thread thread = unstarted(name, () -> runToTheEnd(name, body));
        thread.start();
        return new JvmThread(thread);
    }

    @SuppressWarnings("InterruptedExceptionSwallowed") // It has reached the end of its thread: that is its purpose.
    private static void runToTheEnd(String name, OsBody body) {
        try {
            body.run();
        } catch (InterruptedException e) {
            return;
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("thread '" + name + "' has failed", e);
        }
    }

    @Override
    public void close() {
        alarms.end();
    }

    private static final class CountingSemaphore implements OsSemaphore {
        private final Semaphore permits;

        CountingSemaphore(int count) {
            permits = new Semaphore(count);
        }

        @Override
        public void acquire() throws InterruptedException {
            permits.acquire();
        }

        @Override
        public boolean tryAcquire(long timeoutNs) throws InterruptedException {
            return permits.tryAcquire(timeoutNs, TimeUnit.NANOSECONDS);
        }

        @Override
        public void release() {
            permits.release();
        }
    }

    private static final class Mutex implements OsMutex {
        private final String name;
        private final ReentrantLock lock = new ReentrantLock();

        Mutex(String name) {
            this.name = name;
        }

        @Override
        public void lock() throws InterruptedException {
            refuseHolder();
            lock.lockInterruptibly();
        }

        @Override
        public boolean tryLock(long timeoutNs) throws InterruptedException {
            refuseHolder();
            return lock.tryLock(timeoutNs, TimeUnit.NANOSECONDS);
        }

        private void refuseHolder() {
            if (lock.isHeldByCurrentThread()) {
                throw new IllegalStateException("mutex '" + name + "' is held by the caller already");
            }
        }

        @Override
        public void unlock() {
            if (!lock.isHeldByCurrentThread()) {
                throw new IllegalStateException("mutex '" + name + "' is not held by the caller");
            }
            lock.unlock();
        }
    }

    private static final class QueueMailbox<T> implements OsMailbox<T> {
        private final ArrayBlockingQueue<T> queue;

        QueueMailbox(int capacity) {
            queue = new ArrayBlockingQueue<>(capacity);
        }

        @Override
        public void put(T message) throws InterruptedException {
            queue.put(message);
        }

        @Override
        public boolean offer(T message, long timeoutNs) throws InterruptedException {
            return queue.offer(message, timeoutNs, TimeUnit.NANOSECONDS);
        }

        @Override
        public boolean offer(T message) {
            return queue.offer(message);
        }

        @Override
        public T take() throws InterruptedException {
            return queue.take();
        }

        @Override
        public @Nullable T poll(long timeoutNs) throws InterruptedException {
            return queue.poll(timeoutNs, TimeUnit.NANOSECONDS);
        }
    }

    private record JvmThread(Thread thread) implements OsThread {
        @Override
        public String name() {
            return thread.getName();
        }

        @Override
        public boolean isAlive() {
            return thread.isAlive();
        }

        @Override
        public boolean join(long timeoutNs) throws InterruptedException {
            if (timeoutNs == Long.MAX_VALUE) {
                thread.join();
                return true;
            }
            return thread.join(Duration.ofNanos(timeoutNs));
        }

        @Override
        public void interrupt() {
            thread.interrupt();
        }
    }
}
