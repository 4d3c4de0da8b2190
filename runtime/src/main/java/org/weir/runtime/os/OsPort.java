package org.weir.runtime.os;

/// The system below: threads, time, and what threads wait for. A program that asks nobody else for these runs on every
/// port alike: [ThreadPort#platform], [ThreadPort#virtual] and, in virtual time, [SimulatedPort].
///
/// Times are nanoseconds. A `timeoutNs` that is not positive means not to wait at all, `Long.MAX_VALUE` to wait for
/// ever. Names are for people: a thread's stack trace, a report of who waits for what.
///
/// What a method says of waiting holds for all ports: those that do not wait may also be called by a timer's action or
/// a handler of a stack; those that wait throw `InterruptedException` if the thread is interrupted before or
/// meanwhile.
public interface OsPort extends AutoCloseable {
    /// The time, from an origin of its own: only differences mean something. Never goes back.
    long nowNs();

    /// Waits for at least `durationNs`.
    void sleep(long durationNs) throws InterruptedException;

    /// A counter of `permits`, 0 or more, which threads take and give.
    OsSemaphore semaphore(String name, int permits);

    /// A lock that nobody holds.
    OsMutex mutex(String name);

    /// An empty mailbox for up to `capacity` messages, at least 1.
    <T> OsMailbox<T> mailbox(String name, int capacity);

    /// A timer that is not armed. `action` is called by a thread of the port and must not wait.
    OsTimer timer(String name, Runnable action);

    /// Starts a thread.
    OsThread start(String name, OsBody body);

    /// Ends what the port itself has started: no timer expires afterwards.
    @Override
    void close();
}
