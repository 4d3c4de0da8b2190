package org.weir.runtime.os;

/// What a thread does. `InterruptedException` ends the thread quietly; any other exception is a failure, which a
/// [ThreadPort] gives to the thread's handler of uncaught exceptions and a [SimulatedPort] throws from its `run`.
@FunctionalInterface
public interface OsBody {
    void run() throws Exception;
}
