package org.weir.drivers;

import org.weir.link.LinkCapabilities;
import org.weir.wire.MacAddress;

/// How to open a [TapLink].
///
/// @param name the interface's name, 1 to 15 characters; empty if the kernel is to choose, `tap%d` to number it
/// @param mode what frames look like
/// @param mtu octets of IP packet in a frame that is sent; 0 for the interface's own MTU. The interface's MTU is
///     not changed.
/// @param hardwareAddress MAC address of the stack's end, not of the interface, in the low 48 bits; 0 if it is to
///     be chosen at random. Always 0 for a TUN.
/// @param offload let checksums and segmentation to the kernel (`IFF_VNET_HDR`)
public record TapOptions(String name, Mode mode, int mtu, long hardwareAddress, boolean offload) {
    private static final long MAC_MASK = 0xFFFF_FFFF_FFFFL;

    /// What the device carries.
    public enum Mode {
        /// Ethernet frames.
        TAP,
        /// IP packets.
        TUN
    }

    /// @throws IllegalArgumentException if a value is not permitted; the message says what is
    public TapOptions {
        if (!name.isEmpty() && !IfReq.isName(name)) {
            throw new IllegalArgumentException("interface name '" + name + "' is not 1 to " + (IfReq.IFNAMSIZ - 1)
                    + " visible ASCII characters without '/' and ':'");
        }
        if (mtu != 0 && (mtu < LinkCapabilities.MINIMUM_MTU || mtu > LinkCapabilities.MAXIMUM_MTU)) {
            throw new IllegalArgumentException("MTU " + mtu + " is not in " + LinkCapabilities.MINIMUM_MTU + " to "
                    + LinkCapabilities.MAXIMUM_MTU + ", or 0 for the interface's own");
        }
        if ((hardwareAddress & ~MAC_MASK) != 0 || MacAddress.isGroup(hardwareAddress)) {
            throw new IllegalArgumentException("hardware address " + Long.toHexString(hardwareAddress)
                    + " is not the address of a single station, as 02:00:00:00:00:01 is");
        }
        if (mode == Mode.TUN && hardwareAddress != 0) {
            throw new IllegalArgumentException(
                    "hardware address " + MacAddress.format(hardwareAddress) + " on a TUN device, which has none");
        }
    }

    /// A TAP with offload, its MTU and a random hardware address.
    public static TapOptions tap(String name) {
        return new TapOptions(name, Mode.TAP, 0, 0, true);
    }

    /// A TUN with offload and its MTU.
    public static TapOptions tun(String name) {
        return new TapOptions(name, Mode.TUN, 0, 0, true);
    }

    public TapOptions withMtu(int octets) {
        return new TapOptions(name, mode, octets, hardwareAddress, offload);
    }

    public TapOptions withHardwareAddress(long mac) {
        return new TapOptions(name, mode, mtu, mac, offload);
    }

    /// The same, with each checksum and segment made by the stack.
    public TapOptions withoutOffload() {
        return new TapOptions(name, mode, mtu, hardwareAddress, false);
    }
}
