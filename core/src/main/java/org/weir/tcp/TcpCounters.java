package org.weir.tcp;

/// What TCP has done so far.
public final class TcpCounters {
    long segmentsReceived;
    long segmentsSent;
    long resetsSent;
    long opened;
    long closed;
    long failed;
    long fastRetransmits;
    long timeouts;
    long retransmittedSegments;
    long spuriousRetransmissions;
    long undone;
    long pathMtuReductions;
    long settingsRefused;

    public long segmentsReceived() {
        return segmentsReceived;
    }

    public long segmentsSent() {
        return segmentsSent;
    }

    public long resetsSent() {
        return resetsSent;
    }

    /// Connections begun, in either direction.
    public long opened() {
        return opened;
    }

    /// Connections whose object was given back.
    public long closed() {
        return closed;
    }

    /// Connections that ended by an error.
    public long failed() {
        return failed;
    }

    public long fastRetransmits() {
        return fastRetransmits;
    }

    /// Retransmission time-outs.
    public long timeouts() {
        return timeouts;
    }

    /// Segments sent again, for whatever reason.
    public long retransmittedSegments() {
        return retransmittedSegments;
    }

    /// Segments sent again although they had arrived: the peer has said so by a D-SACK.
    public long spuriousRetransmissions() {
        return spuriousRetransmissions;
    }

    /// How often a path was found to carry less than was thought.
    public long pathMtuReductions() {
        return pathMtuReductions;
    }

    /// Settings that were refused because too many different ones were in use.
    public long settingsRefused() {
        return settingsRefused;
    }

    /// Reductions of a congestion window that were taken back because nothing had been lost.
    public long undone() {
        return undone;
    }
}
