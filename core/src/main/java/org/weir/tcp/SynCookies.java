package org.weir.tcp;

import org.weir.base.Entropy;
import org.weir.base.KeyedHash;
import org.weir.ip.Datagram;
import org.weir.time.StackClock;

/// SYN cookies, RFC 4987 section 3.6: where no memory is left for a half-open connection, what has to be remembered of
/// a SYN is put into the initial sequence number of the answer, and comes back with the third segment.
///
/// ```text
///   31      27 26  24 23                     0
///  |  period  |  MSS |  keyed hash of the rest |
/// ```
///
/// A period is 64 seconds; a cookie is accepted in the one in which it was made and in the next. The timestamp of the
/// answer carries the window scale and SACK-Permitted in its lowest bits.
final class SynCookies {
    private static final long PERIOD_NS = 64 * StackClock.SECOND;
    private static final int PERIOD_SHIFT = 27;
    private static final int PERIOD_MASK = 0x1F;
    private static final int SIZE_SHIFT = 24;
    private static final int HASH_MASK = (1 << SIZE_SHIFT) - 1;
    private static final int[] SIZES = {216, 536, 1_024, 1_220, 1_300, 1_400, 1_440, 1_460};

    private static final int SCALE_MASK = 0xF;
    private static final int NO_SCALE = 0xF;
    private static final int SACK_BIT = 0x10;
    private static final int OPTION_MASK = 0x1F;

    private final KeyedHash hash;
    private long lastSentNs = -2 * PERIOD_NS;
    private boolean sent;

    SynCookies(Entropy entropy) {
        hash = new KeyedHash(entropy);
    }

    /// The initial sequence number of the answer to SYN `s`.
    int make(Datagram d, Segment s, int maximumSegmentSize, long nowNs) {
        sent = true;
        lastSentNs = nowNs;
        final int period = (int) (nowNs / PERIOD_NS);
        final int size = sizeIndex(maximumSegmentSize);
        return cookie(d, s, s.sequence, period, size);
    }

    private int cookie(Datagram d, Segment s, int irs, int period, int size) {
        final long ports = (long) s.destinationPort << 16 | s.sourcePort;
        final long what = (long) irs << 32 | (long) (period & PERIOD_MASK) << 8 | size;
        final int secret = (int) hash.hash(d.destinationLow(), d.sourceHigh(), d.sourceLow(), ports, what) & HASH_MASK;
        return (period & PERIOD_MASK) << PERIOD_SHIFT | size << SIZE_SHIFT | secret;
    }

    private static int sizeIndex(int octets) {
        int index = 0;
        while (index + 1 < SIZES.length && SIZES[index + 1] <= octets) {
            index++;
        }
        return index;
    }

    /// The MSS that the peer of `s`, a third segment, had offered; 0 if it does not acknowledge a cookie.
    int check(Datagram d, Segment s, long nowNs) {
        if (!sent || nowNs - lastSentNs > 2 * PERIOD_NS) {
            return 0;
        }
        final int cookie = s.acknowledgment - 1;
        final int now = (int) (nowNs / PERIOD_NS);
        final int age = now - (cookie >>> PERIOD_SHIFT) & PERIOD_MASK;
        if (age > 1) {
            return 0;
        }
        final int size = cookie >>> SIZE_SHIFT & 7;
        return cookie == cookie(d, s, s.sequence - 1, now - age, size) ? SIZES[size] : 0;
    }

    // ---- options in the timestamp ----

    /// `timestamp` with the options of SYN `s` in its lowest bits, never later than it was.
    static int encode(int timestamp, Segment s) {
        final int scale = s.options.hasWindowScale() ? s.options.windowScale() : NO_SCALE;
        final int bits = scale | (s.options.sackPermitted() ? SACK_BIT : 0);
        final int encoded = timestamp & ~OPTION_MASK | bits;
        return SequenceNumber.after(encoded, timestamp) ? encoded - OPTION_MASK - 1 : encoded;
    }

    static boolean hasScale(int echo) {
        return (echo & SCALE_MASK) != NO_SCALE;
    }

    static int scale(int echo) {
        return hasScale(echo) ? echo & SCALE_MASK : 0;
    }

    static boolean sackPermitted(int echo) {
        return (echo & SACK_BIT) != 0;
    }
}
