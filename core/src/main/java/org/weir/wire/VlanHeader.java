package org.weir.wire;

import java.lang.foreign.MemorySegment;

/// Ethernet II header with an 802.1Q tag, IEEE 802.1Q-2022 clause 9.6: the tag stands where the type was.
///
/// ```text
/// | destination 6 | source 6 | 0x8100 | priority 3, DEI 1, VLAN 12 | type |
/// ```
public final class VlanHeader extends Flyweight {
    /// Octets of the whole header.
    public static final int LENGTH = EthernetHeader.LENGTH + 4;

    /// Octets of the tag.
    public static final int TAG = 4;

    private static final int VLAN = 0xFFF;
    private static final int PRIORITY_SHIFT = 13;
    private static final int DESTINATION = 0;
    private static final int SOURCE = 6;
    private static final int TAG_TYPE = 12;
    private static final int CONTROL = 14;
    private static final int TYPE = 16;

    public VlanHeader at(MemorySegment segment, long offset) {
        moveTo(segment, offset);
        return this;
    }

    /// The tag control information: the priority code point 0 to 7, the drop eligible indicator 0, the VLAN.
    public static int control(int priority, int vlan) {
        return priority << PRIORITY_SHIFT | vlan;
    }

    /// The VLAN that tag control information names, 0 for none.
    public static int vlan(int control) {
        return control & VLAN;
    }

    /// The priority code point of tag control information.
    public static int priority(int control) {
        return control >>> PRIORITY_SHIFT;
    }

    /// Makes a tagged header of the one that stands [#TAG] octets further: moves its addresses to the front, and
    /// writes the tag behind them.
    public void tag(int control) {
        final long first = u64(DESTINATION + TAG);
        final int rest = u32(SOURCE + 2 + TAG);
        u64(DESTINATION, first);
        u32(SOURCE + 2, rest);
        u16(TAG_TYPE, EtherType.VLAN);
        u16(CONTROL, control);
    }

    /// Moves the addresses to the tag's end, so that an [EthernetHeader] stands there, [#TAG] octets further.
    public void untag() {
        final long first = u64(DESTINATION);
        final int rest = u32(SOURCE + 2);
        u64(DESTINATION + TAG, first);
        u32(SOURCE + 2 + TAG, rest);
    }

    /// The tag control information.
    public int control() {
        return u16(CONTROL);
    }

    /// An [EtherType], or a length if below 1536.
    public int type() {
        return u16(TYPE);
    }
}
