package org.weir.tcp;

/// A congestion control algorithm: a strategy without state of its own, so that one object serves all connections.
public interface CongestionControl {
    /// Its name as Linux spells it.
    String name();

    /// A connection begins with segments of `segmentSize` octets.
    void begin(CongestionState state, int segmentSize);

    /// `octets` octets were newly acknowledged outside of loss recovery while `flight` octets were on the way.
    void acknowledged(CongestionState state, int octets, int flight);

    /// A loss was found by duplicate acknowledgments while `flight` octets were on the way: lowers the threshold.
    void lossDetected(CongestionState state, int flight);

    /// The retransmission timer expired for the first time on this data.
    void timedOut(CongestionState state, int flight);

    /// The connection was idle for longer than a retransmission time-out.
    void idled(CongestionState state);
}
