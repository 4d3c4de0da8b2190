package org.weir.tcp;

/// What a connection knows of the largest segment that its path carries. All sizes are in octets of payload.
final class MtuSearch {
    /// What our link and the peer carry.
    int most;
    /// The largest that is known to arrive, which is in use.
    int low;
    /// The smallest that is thought not to arrive.
    int high;
    /// Larger segments are being tried.
    boolean searching;
    /// A larger segment is on the way, from [#probeStart] to [#probeEnd].
    boolean probing;

    int probeStart;
    int probeEnd;
    /// Probes of one size that were lost.
    int failures;
    /// When larger segments are tried again.
    long resumeNs = Deadlines.NEVER;

    /// No more than `octets` seems to arrive, where there were `before`; to be doubted from `resume` on.
    void shrink(int before, int octets, long resume) {
        high = before;
        low = octets;
        searching = false;
        probing = false;
        failures = 0;
        resumeNs = resume;
    }

    void begin(int octets) {
        most = octets;
        low = octets;
        high = octets + 1;
        searching = false;
        probing = false;
        failures = 0;
        resumeNs = Deadlines.NEVER;
    }
}
