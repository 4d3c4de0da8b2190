package org.weir.benchmarks.peers;

import java.util.function.ToDoubleFunction;
import org.weir.benchmarks.peers.Contestant.Kind;

/// One column of a table.
///
/// @param isOfStacksOnly it means nothing for the kernel and for a limit
/// @param value what of a load's result it is
record Figure(String title, int decimals, boolean isOfStacksOnly, ToDoubleFunction<LoadResult> value) {
    static Figure of(String title, int decimals, ToDoubleFunction<LoadResult> value) {
        return new Figure(title, decimals, false, value);
    }

    static Figure ofStacks(String title, int decimals, ToDoubleFunction<LoadResult> value) {
        return new Figure(title, decimals, true, value);
    }

    boolean appliesTo(Contestant contestant) {
        return !isOfStacksOnly || contestant.kind() == Kind.STACK;
    }
}
