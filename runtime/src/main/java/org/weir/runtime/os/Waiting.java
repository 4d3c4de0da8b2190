package org.weir.runtime.os;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// The threads of a simulation that wait for one thing.
final class Waiting {
    private final Supplier<String> what;
    private final List<SimulatedThread> threads = new ArrayList<>();

    /// `what` they wait for, for a report.
    Waiting(Supplier<String> what) {
        this.what = what;
    }

    boolean isEmpty() {
        return threads.isEmpty();
    }

    void add(SimulatedThread thread) {
        threads.add(thread);
    }

    void remove(SimulatedThread thread) {
        threads.remove(thread);
    }

    /// The one whose turn it is, removed.
    SimulatedThread take(Order order) {
        return threads.remove(order.choose(threads.size()));
    }

    @Override
    public String toString() {
        return what.get();
    }
}
