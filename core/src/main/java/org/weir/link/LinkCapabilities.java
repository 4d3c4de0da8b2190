package org.weir.link;

/// What a link is and what it takes off the stack's hands.
///
/// @param framing what frames begin with
/// @param hardwareAddress the MAC address of our end in the low 48 bits; 0 for [Framing#IP]
/// @param mtu octets of IP packet in one frame
/// @param checksumOut completes checksums that are [org.weir.memory.ChecksumState#PARTIAL]
/// @param segmentationLimit octets of TCP payload in one packet that the link cuts itself; 0 if it cuts none
/// @param datagramSegmentation cuts what one UDP packet carries into datagrams as well
/// @param maxPieces buffers in one packet that the link gathers
public record LinkCapabilities(
        Framing framing,
        long hardwareAddress,
        int mtu,
        boolean checksumOut,
        int segmentationLimit,
        boolean datagramSegmentation,
        int maxPieces) {
    /// The smallest MTU of an IPv4 link, RFC 791 section 3.2.
    public static final int MINIMUM_MTU = 68;

    /// The largest MTU.
    public static final int MAXIMUM_MTU = 65_535;

    public LinkCapabilities {
        if (mtu < MINIMUM_MTU || mtu > MAXIMUM_MTU) {
            throw new IllegalArgumentException("MTU " + mtu + " is not in " + MINIMUM_MTU + " to " + MAXIMUM_MTU);
        }
    }

    /// An Ethernet link that leaves everything to the stack.
    public static LinkCapabilities plainEthernet(long hardwareAddress, int mtu) {
        return new LinkCapabilities(Framing.ETHERNET, hardwareAddress, mtu, false, 0, false, Integer.MAX_VALUE);
    }

    /// The same link, leaving checksums and segmentation to the stack.
    public LinkCapabilities withoutOffload() {
        return new LinkCapabilities(framing, hardwareAddress, mtu, false, 0, false, maxPieces);
    }
}
