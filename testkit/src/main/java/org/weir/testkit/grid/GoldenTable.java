package org.weir.testkit.grid;

import java.util.List;
import org.weir.tcp.CongestionAlgorithm;

/// The table of one congestion control, as it is kept beside the tests: whoever changes TCP sees here what that does.
public final class GoldenTable {
    /// The seed of the kept tables.
    public static final long SEED = 1;

    private GoldenTable() {}

    /// The name of the file that holds the table of `congestion`.
    public static String fileName(CongestionAlgorithm congestion) {
        return "sim-" + congestion.linuxName() + ".txt";
    }

    /// What stands above the table: a title and the names of the columns.
    public static List<String> heading(CongestionAlgorithm congestion, long seed) {
        return List.of(congestion.linuxName() + ", seed " + seed, CellResult.columns(), CellResult.units());
    }
}
