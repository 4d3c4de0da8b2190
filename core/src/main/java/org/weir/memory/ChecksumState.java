package org.weir.memory;

/// What is known of the transport checksum inside a packet.
public enum ChecksumState {
    /// Nothing: the receiver verifies it.
    UNKNOWN,
    /// Verified by the link, or by a layer below.
    VERIFIED,
    /// The checksum field holds the sum of the pseudo header alone; whoever puts the packet on a wire completes it.
    /// A packet received in this state never was on a wire and counts as verified.
    PARTIAL
}
