package org.weir.benchmarks.peers;

import java.util.HashMap;
import java.util.Map;
import org.weir.benchmarks.report.Samples;

/// All samples of a run.
final class Results {
    private record Key(String contestant, Part part, Figure figure) {}

    private final Map<Key, Samples> samples = new HashMap<>();

    /// Takes from `result` what the figures of `part` ask for.
    void add(Contestant contestant, Part part, LoadResult result) {
        for (final Figure figure : part.figures()) {
            if (figure.appliesTo(contestant)) {
                samples.computeIfAbsent(new Key(contestant.name(), part, figure), _ -> new Samples())
                        .add(figure.value().applyAsDouble(result));
            }
        }
    }

    /// Empty ones if there are none.
    Samples of(String contestant, Part part, Figure figure) {
        return samples.getOrDefault(new Key(contestant, part, figure), new Samples());
    }

    /// NaN if one of the two has no figure.
    double ratio(Ratio ratio) {
        return of(ratio.dividend(), ratio.part(), ratio.figure()).median()
                / of(ratio.divisor(), ratio.part(), ratio.figure()).median();
    }
}
