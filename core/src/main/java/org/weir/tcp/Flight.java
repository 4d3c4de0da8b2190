package org.weir.tcp;

import org.jspecify.annotations.Nullable;

/// What a sender knows of what is on the way and what may have been lost of it: lent by [Flights] from the first octet
/// that is sent until all is acknowledged.
final class Flight {
    final Scoreboard board;
    final Recovery recovery = new Recovery();

    @Nullable
    Sender sender;

    /// All is acknowledged; a late report may still show that nothing had been lost.
    boolean resting;

    /// Those that rest, by the time since when; or the free ones.
    @Nullable
    Flight newer;

    @Nullable
    Flight older;

    Flight(Scoreboard board) {
        this.board = board;
    }
}
