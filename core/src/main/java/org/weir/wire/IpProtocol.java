package org.weir.wire;

/// Values of the IP protocol field.
public final class IpProtocol {
    public static final int ICMP = 1;
    public static final int IGMP = 2;
    public static final int TCP = 6;
    public static final int UDP = 17;
    public static final int ESP = 50;

    /// No protocol: what a raw socket sends by itself.
    public static final int RAW = 255;

    private IpProtocol() {}
}
