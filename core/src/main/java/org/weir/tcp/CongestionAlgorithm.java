package org.weir.tcp;

import org.jspecify.annotations.Nullable;

/// The congestion control algorithms that a connection may use.
public enum CongestionAlgorithm {
    /// RFC 5681 and RFC 6582.
    NEW_RENO("reno"),
    /// RFC 9438 with HyStart++ (RFC 9406).
    CUBIC("cubic");

    private final String linuxName;

    CongestionAlgorithm(String name) {
        linuxName = name;
    }

    /// The name as Linux spells it in `TCP_CONGESTION`.
    public String linuxName() {
        return linuxName;
    }

    /// The algorithm of that name as Linux spells it; null if there is none.
    public static @Nullable CongestionAlgorithm named(String name) {
        for (final CongestionAlgorithm algorithm : values()) {
            if (algorithm.linuxName.equals(name)) {
                return algorithm;
            }
        }
        return null;
    }
}
