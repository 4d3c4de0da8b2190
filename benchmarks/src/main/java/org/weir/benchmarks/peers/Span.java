package org.weir.benchmarks.peers;

/// How long a load runs: first a time that does not count, then one that does.
record Span(long warmUpMs, long measuredMs) {}
