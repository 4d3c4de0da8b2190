package org.weir.tcp;

/// What a step of segment arrival says about the steps behind it.
enum Verdict {
    /// Go on with the next step.
    CONTINUE,
    /// The segment is done with.
    DROP
}
