package org.weir.ip;

import org.jspecify.annotations.Nullable;
import org.weir.link.DropCounters;
import org.weir.link.DropReason;
import org.weir.memory.Headroom;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;

/// The errors that endpoints have been told of and their users have not read yet: a fixed number for all.
public final class ErrorRecords {
    /// Errors that a stack keeps at most.
    public static final int COUNT = 256;

    /// Routers quote no more: RFC 1812 section 4.3.2.3.
    private static final int LONGEST_QUOTE = 548;

    private final PbufPool pool;
    private final DropCounters drops;
    private @Nullable ReportedError free;

    ErrorRecords(PbufPool pool, DropCounters drops) {
        this.pool = pool;
        this.drops = drops;
        for (int i = 0; i < COUNT; i++) {
            final ReportedError record = new ReportedError();
            record.next = free;
            free = record;
        }
    }

    /// A record of `error`, about a packet whose header has `headerLength` octets and names `port`; null, and the
    /// loss is counted, if all are in use.
    @Nullable
    ReportedError take(IcmpError error, int headerLength, int port) {
        final ReportedError record = free;
        if (record == null) {
            drops.count(DropReason.ERROR_QUEUE_FULL);
            return null;
        }
        free = record.next;
        record.next = null;
        record.type = error.type();
        record.code = error.code();
        record.nextHopMtu = error.nextHopMtu();
        record.local = error.isLocal();
        record.reporterLow = error.reporterLow();
        record.remoteLow = error.remoteLow();
        record.remotePort = port;
        record.quoted = copyOfQuote(error, headerLength);
        return record;
    }

    private @Nullable Pbuf copyOfQuote(IcmpError error, int headerLength) {
        final int octets = Math.min(error.length() - headerLength, LONGEST_QUOTE);
        return octets > 0 && pool.hasPagesForReceiving()
                ? pool.copyOf(Headroom.RAW, error.segment(), error.transportOffset() + headerLength, octets)
                : null;
    }

    void give(ReportedError record) {
        if (record.quoted != null) {
            record.quoted.release();
            record.quoted = null;
        }
        record.next = free;
        free = record;
    }

    void countFull() {
        drops.count(DropReason.ERROR_QUEUE_FULL);
    }
}
