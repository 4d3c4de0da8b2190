package org.weir.preload;

/// A file that [Watch] watches, in a place of its table that is used again and again.
abstract class Watched {
    static final int NO_FILE = -1;

    /// Its place.
    int index;
    /// Counts the files that had the place, so that what happened to an earlier one is not taken for this one's.
    int generation;
    /// [#NO_FILE] while the place is free.
    int fd = NO_FILE;

    /// Something has changed: `events` are bits of [org.weir.drivers.Epoll].
    abstract void happened(int events);
}
