package org.weir.benchmarks.peers;

/// What one contestant's median is of another's.
///
/// @param dividend a contestant's name
/// @param divisor a contestant's name
record Ratio(Part part, Figure figure, String dividend, String divisor) {}
