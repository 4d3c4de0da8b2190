package org.weir.tcp;

/// What has passed over one connection, for [TcpInfo]. Segments are counted in 32 bits without a sign, as Linux does.
final class Traffic {
    long octetsSent;
    long octetsRetransmitted;
    long octetsAcknowledged;
    long octetsReceived;
    int segmentsSent;
    int segmentsReceived;
    int dataSegmentsSent;
    int dataSegmentsReceived;
    int retransmissions;
    int duplicateReports;
    int outOfOrderSegments;
    /// When data was last sent; 0 for never, as are the others.
    long dataSentNs;

    long dataReceivedNs;
    /// When anything was last acknowledged that had not been before; 0 for never.
    long acknowledgedNs;
    /// When anything acceptable, which acknowledges something, was last received; the beginning of the connection
    /// before.
    long receivedNs;

    void sentData(int octets, long nowNs) {
        octetsSent += octets;
        dataSentNs = nowNs;
    }

    void receivedData(int octets, long nowNs) {
        octetsReceived += octets;
        dataSegmentsReceived++;
        dataReceivedNs = nowNs;
    }

    void acknowledged(int octets, long nowNs) {
        octetsAcknowledged += octets;
        acknowledgedNs = nowNs;
    }

    void reset(long nowNs) {
        octetsSent = 0;
        octetsRetransmitted = 0;
        octetsAcknowledged = 0;
        octetsReceived = 0;
        segmentsSent = 0;
        segmentsReceived = 0;
        dataSegmentsSent = 0;
        dataSegmentsReceived = 0;
        retransmissions = 0;
        duplicateReports = 0;
        outOfOrderSegments = 0;
        dataSentNs = 0;
        dataReceivedNs = 0;
        acknowledgedNs = 0;
        receivedNs = nowNs;
    }
}
