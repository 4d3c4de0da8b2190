package org.weir.ip;

import org.jspecify.annotations.Nullable;

/// What was reported about the packets of one endpoint, oldest first: the error queue of `IP_RECVERR`.
public final class ErrorQueue {
    /// Errors that one endpoint keeps; what comes then is counted and forgotten.
    public static final int LIMIT = 16;

    private final ErrorRecords records;
    private @Nullable ReportedError oldest;
    private @Nullable ReportedError newest;
    private int size;
    private boolean wanted;
    private boolean untold;

    public ErrorQueue(ErrorRecords records) {
        this.records = records;
    }

    /// Whether the user asks for errors. Those that wait are forgotten if not.
    public void wanted(boolean yes) {
        if (yes) {
            wanted = true;
        } else {
            reset();
        }
    }

    public boolean isWanted() {
        return wanted;
    }

    /// Keeps `error`, about a packet whose transport header has `headerLength` octets and names `port`. Returns
    /// true if there was room.
    public boolean add(IcmpError error, int headerLength, int port) {
        if (size == LIMIT) {
            records.countFull();
            return false;
        }
        final ReportedError record = records.take(error, headerLength, port);
        if (record == null) {
            return false;
        }
        if (newest == null) {
            oldest = record;
        } else {
            newest.next = record;
        }
        newest = record;
        size++;
        untold = true;
        return true;
    }

    /// True once after each error that was added: its user is to be told.
    public boolean takeNews() {
        final boolean news = untold;
        untold = false;
        return news;
    }

    /// The oldest one, valid until [#drop]; null if there is none.
    public @Nullable ReportedError peek() {
        return oldest;
    }

    /// Forgets the oldest one.
    public void drop() {
        final ReportedError record = oldest;
        if (record != null) {
            oldest = record.next;
            if (oldest == null) {
                newest = null;
            }
            size--;
            records.give(record);
        }
    }

    /// Forgets all, and that they are wanted.
    public void reset() {
        wanted = false;
        untold = false;
        while (oldest != null) {
            drop();
        }
    }
}
