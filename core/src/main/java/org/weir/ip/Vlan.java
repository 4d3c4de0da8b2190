package org.weir.ip;

import org.weir.wire.VlanHeader;

/// One of the networks that an Ethernet link carries beside each other, IEEE 802.1Q, and how urgent frames to it are.
///
/// @param id 1 to 4094
/// @param priority the priority code point of all frames, 0 (best effort) to 7; [#BY_DSCP] to derive it from each
///     packet
public record Vlan(int id, int priority) {
    /// Priorities are the upper three bits of a packet's DSCP, its class selector (RFC 2474 section 4.2.2).
    public static final int BY_DSCP = -1;

    private static final int HIGHEST_ID = 4094;
    private static final int HIGHEST_PRIORITY = 7;
    private static final int CLASS_SHIFT = 5;

    /// @throws IllegalArgumentException if a value is out of range
    public Vlan {
        if (id < 1 || id > HIGHEST_ID) {
            throw new IllegalArgumentException("VLAN " + id + " is not in 1 to " + HIGHEST_ID);
        }
        if (priority < BY_DSCP || priority > HIGHEST_PRIORITY) {
            throw new IllegalArgumentException("VLAN priority " + priority + " is not in 0 to " + HIGHEST_PRIORITY);
        }
    }

    /// The VLAN with this number, at best effort.
    ///
    /// @throws IllegalArgumentException if it is not 1 to 4094
    public static Vlan of(int id) {
        return new Vlan(id, 0);
    }

    /// The same, all frames with `priority`, 0 to 7.
    public Vlan withPriority(int priority) {
        return new Vlan(id, priority);
    }

    /// The same, with priorities by the DSCP of each packet.
    public Vlan withPriorityByDscp() {
        return new Vlan(id, BY_DSCP);
    }

    /// True if [#control] looks at the packet.
    boolean isByDscp() {
        return priority == BY_DSCP;
    }

    /// Tag control information for a packet with this type of service.
    int control(int typeOfService) {
        return VlanHeader.control(isByDscp() ? typeOfService >>> CLASS_SHIFT : priority, id);
    }
}
