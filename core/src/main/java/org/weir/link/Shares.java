package org.weir.link;

/// Shares and chances in fault plans.
final class Shares {
    private Shares() {}

    /// @throws IllegalArgumentException if `share` is not in 0 to 1; it names what it is
    static void check(String name, double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException(name + " of " + share + " is not in 0 to 1");
        }
    }
}
