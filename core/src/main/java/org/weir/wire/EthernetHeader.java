package org.weir.wire;

import java.lang.foreign.MemorySegment;

/// Ethernet II header, IEEE 802.3 clause 3.
public final class EthernetHeader extends Flyweight {
    /// Octets of the header without a VLAN tag.
    public static final int LENGTH = 14;

    private static final int DESTINATION = 0;
    private static final int SOURCE = 6;
    private static final int TYPE = 12;

    public EthernetHeader at(MemorySegment segment, long offset) {
        moveTo(segment, offset);
        return this;
    }

    public static boolean fits(int length) {
        return length >= LENGTH;
    }

    /// Writes the whole header. MAC addresses are the low 48 bits.
    public void write(long destination, long source, int type) {
        u64(DESTINATION, destination << 16 | source >>> 32);
        u32(SOURCE + 2, (int) source);
        u16(TYPE, type);
    }

    /// The destination's MAC address in the low 48 bits.
    public long destination() {
        return u64(DESTINATION) >>> 16;
    }

    public EthernetHeader destination(long mac) {
        u48(DESTINATION, mac);
        return this;
    }

    public long source() {
        return u48(SOURCE);
    }

    public EthernetHeader source(long mac) {
        u48(SOURCE, mac);
        return this;
    }

    /// An [EtherType], or a length if below 1536.
    public int type() {
        return u16(TYPE);
    }

    public EthernetHeader type(int type) {
        u16(TYPE, type);
        return this;
    }
}
