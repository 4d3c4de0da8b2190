package org.weir.tcp;

/// What one acknowledgment tells: one object, filled anew for each.
final class Delivery {
    /// Octets by which SND.UNA moves on.
    int acknowledged;
    /// Octets that the peer is now known to have and was not before.
    int delivered;
    /// Octets newly reported beyond a hole.
    int sacked;
    /// Octets on the way before.
    int flightBefore;
    /// Octets that had been reported beyond a hole before.
    int sackedBefore;
    /// Something arrived that was sent once only, before the present phase of recovery began.
    boolean original;
    /// Something that was sent twice is acknowledged: what lies behind it may have waited for it at the peer, so
    /// its age says nothing.
    boolean ambiguous;
    /// The round-trip time of the last that was sent once only, in nanoseconds; 0 if there was none.
    long rttNs;
    /// What is being looked at is acknowledged by SND.UNA, not by a block.
    boolean inOrder;
    /// The peer got something twice, from [#duplicateStart] to [#duplicateEnd].
    boolean duplicate;

    int duplicateStart;
    int duplicateEnd;
    /// TSecr, if [#hasEcho].
    int echo;

    boolean hasEcho;

    void begin(Sender snd) {
        acknowledged = 0;
        delivered = 0;
        sacked = 0;
        flightBefore = snd.flight();
        sackedBefore = snd.board.sacked();
        original = false;
        ambiguous = false;
        rttNs = 0;
        duplicate = false;
        hasEcho = false;
    }
}
