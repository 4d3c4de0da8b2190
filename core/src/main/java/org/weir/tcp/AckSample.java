package org.weir.tcp;

/// What an acknowledgment tells congestion control: one object, filled anew for each.
final class AckSample {
    /// Octets newly acknowledged outside of loss recovery.
    int octets;
    /// Octets that were on the way.
    int flight;
    /// The round-trip time of what was acknowledged; 0 if that is not known.
    long rttNs;
    /// The smoothed round-trip time.
    long smoothedNs;
    /// SND.UNA.
    int una;
}
