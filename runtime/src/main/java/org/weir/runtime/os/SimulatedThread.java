package org.weir.runtime.os;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A thread of a simulation: a virtual thread of the JVM that runs only while it has the turn.
final class SimulatedThread extends SimulatedAlarm implements OsThread {
    private final SimulatedPort port;
    private final String name;
    private final OsBody body;
    private final Thread thread;
    private final Waiting end;
    /// What it waits for; null while it runs, or could.
    @Nullable
    Waiting waitsFor;

    /// It got what it waited for: its time has not run out.
    boolean served;

    boolean interrupted;
    boolean hasEnded;

    SimulatedThread(SimulatedPort port, String name, OsBody body) {
        this.port = port;
        this.name = name;
        this.body = body;
        this.thread = Thread.ofVirtual().name(name).unstarted(this::run);
        this.end = new Waiting(() -> "the end of thread '" + name + "'");
    }

    /// Goes on, or begins: called by the scheduler, which has given it the turn.
    void resume() {
        if (thread.getState() == Thread.State.NEW) {
            thread.start();
        } else {
            LockSupport.unpark(thread);
        }
    }

    boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    @SuppressWarnings("InterruptedExceptionSwallowed") // It has reached the end of its thread: that is its purpose.
    private void run() {
        try {
            if (!port.isClosing()) {
                body.run();
            }
        } catch (InterruptedException | SimulationEnd e) {
            // Its end is wanted.
        } catch (Throwable e) {
            port.failed(this, e);
        }
        hasEnded = true;
        while (!end.isEmpty()) {
            port.serve(end);
        }
        port.ended(this);
    }

    /// Nobody has served it in time.
    @Override
    void due() {
        port.makeReady(this, false);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean isAlive() {
        return !hasEnded;
    }

    @Override
    public boolean join(long timeoutNs) throws InterruptedException {
        port.giveWay();
        return hasEnded || port.await(end, timeoutNs);
    }

    @Override
    public void interrupt() {
        interrupted = true;
        if (waitsFor != null) {
            port.makeReady(this, false);
        }
    }

    /// For a report: who waits for what.
    @Override
    public String toString() {
        return "'" + name + "' " + (waitsFor == null ? "runs" : "waits for " + waitsFor);
    }
}
