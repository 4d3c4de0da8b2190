package org.weir.wire;

/// Values of the Ethernet type field.
public final class EtherType {
    public static final int IPV4 = 0x0800;
    public static final int ARP = 0x0806;
    public static final int VLAN = 0x8100;
    public static final int IPV6 = 0x86DD;
    /// Smaller values are the length of an IEEE 802.2 frame.
    public static final int LOWEST = 0x0600;

    private EtherType() {}
}
