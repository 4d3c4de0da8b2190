package org.weir.tcp;

import org.jspecify.annotations.Nullable;

/// Octets that were sent at the same time and have met the same fate so far.
final class SentRange extends Range<SentRange> {
    /// What is known of a range.
    enum Fate {
        /// Nothing: it counts as on the way.
        IN_FLIGHT,
        /// The peer has reported it by a selective acknowledgment.
        SACKED,
        /// It is thought lost, and has not been sent again since.
        LOST
    }

    Fate fate = Fate.IN_FLIGHT;
    /// When it was last sent.
    long sentNs;
    /// It was sent more than once.
    boolean retransmitted;
    /// What is sent next does not join it.
    boolean isolated;

    @Nullable
    SentRange previous;

    @Nullable
    SentRange next;

    /// Those in flight, by the time at which they were last sent.
    @Nullable
    SentRange older;

    @Nullable
    SentRange newer;

    void begin(int first, int behind, long nowNs) {
        start = first;
        end = behind;
        sentNs = nowNs;
        fate = Fate.IN_FLIGHT;
        retransmitted = false;
        isolated = false;
    }

    /// True if this range was sent after what ended at `otherEnd` was sent at `otherNs`, RFC 8985 section 6.2 step
    /// 2.
    boolean wasSentAfter(long otherNs, int otherEnd) {
        return sentNs - otherNs > 0 || sentNs == otherNs && SequenceNumber.after(end, otherEnd);
    }
}
