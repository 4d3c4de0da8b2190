package org.weir.runtime;

import java.util.ArrayList;
import java.util.List;
import org.weir.runtime.os.SimulatedPort;
import org.weir.stack.Stack;

/// A stack in a simulation: its scheduler polls it when no thread can run, and its threads may call it.
public final class SimulatedStack implements StackAccess, AutoCloseable {
    private final SimulatedPort port;
    private final Stack stack;
    private final List<Runnable> endings = new ArrayList<>();
    /// Calls within calls, and within handlers that a poll calls.
    private int depth;

    private boolean ended;

    private SimulatedStack(SimulatedPort port, Stack stack) {
        this.port = port;
        this.stack = stack;
    }

    /// Takes `stack`, which the caller has made with the time of `port` and set up.
    public static SimulatedStack on(SimulatedPort port, Stack stack) {
        stack.release();
        final SimulatedStack simulated = new SimulatedStack(port, stack);
        port.add(simulated.new Polling());
        return simulated;
    }

    /// As [StackAccess#call]; other threads of the simulation may run before. What the stack sends in answer leaves
    /// before the call returns.
    @Override
    public void call(StackCall call) {
        if (depth == 0) {
            port.giveWay();
        }
        if (ended) {
            throw new StackEndedException("the stack was closed", null);
        }
        depth++;
        try {
            stack.ipv4().resources().clock().advanceTo(port.nowNs());
            call.run(stack);
        } finally {
            try {
                if (depth == 1 && stack.nextDeadlineNs() <= port.nowNs()) {
                    stack.poll(port.nowNs());
                }
            } finally {
                leave();
            }
        }
    }

    private void leave() {
        if (--depth == 0) {
            stack.release();
        }
    }

    @Override
    public void atEnd(Runnable action) {
        endings.add(action);
    }

    private final class Polling implements SimulatedPort.Device {
        @Override
        public int poll(long nowNs) {
            if (ended) {
                return 0;
            }
            depth++;
            try {
                return stack.poll(nowNs);
            } finally {
                leave();
            }
        }

        @Override
        public long nextDeadlineNs() {
            return ended ? Long.MAX_VALUE : stack.nextDeadlineNs();
        }
    }

    /// Closes the stack; connections are not ended, peers hear nothing more. Threads that wait for it are told. Not
    /// to be called by a handler. No effect if repeated.
    @Override
    public void close() {
        if (ended) {
            return;
        }
        stack.close();
        ended = true;
        endings.forEach(Runnable::run);
    }
}
