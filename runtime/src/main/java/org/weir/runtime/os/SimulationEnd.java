package org.weir.runtime.os;

/// Unwinds a thread of a simulation that was closed. An error, so that programs do not catch it.
final class SimulationEnd extends Error {
    private static final long serialVersionUID = 1L;

    SimulationEnd() {
        super("the simulation was closed", null, false, false);
    }
}
