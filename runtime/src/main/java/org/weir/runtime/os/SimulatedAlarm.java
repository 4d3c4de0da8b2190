package org.weir.runtime.os;

/// Something that is due at a virtual time; of what is due at once, the one that was set first comes first.
abstract class SimulatedAlarm implements Comparable<SimulatedAlarm> {
    long dueNs;
    long number;
    boolean isSet;

    /// The time has come.
    abstract void due();

    @Override
    public final int compareTo(SimulatedAlarm other) {
        final int byTime = Long.compare(dueNs, other.dueNs);
        return byTime == 0 ? Long.compare(number, other.number) : byTime;
    }
}
