package org.weir.drivers;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// `struct ifreq`, linux/if.h: a request about a network interface.
///
/// ```text
/// 0          16                                    40
/// | ifr_name | ifr_flags | ifr_mtu | sockaddr ...   |
///              one of them, each starting at 16
///
///            16       18     20                  24
///            | AF_INET | port | IPv4 address      |   ifr_addr, ifr_netmask
///            | ARPHRD  | six octets of MAC address |  ifr_hwaddr
/// ```
final class IfReq {
    static final int SIZE = 40;

    /// Room for a name with its final zero, linux/if.h.
    static final int IFNAMSIZ = 16;

    private static final int IFR_FLAGS = 16;
    private static final int IFR_MTU = 16;
    private static final int SA_FAMILY = 16;
    private static final int SIN_ADDR = 20;
    private static final int SA_DATA = 18;
    private static final short ARPHRD_ETHER = 1;
    private static final int MAC_BITS = 48;

    private static final ValueLayout.OfInt NETWORK_INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final MemorySegment memory;

    /// An empty request about the interface `name`, which fits as [#isName] says.
    IfReq(SegmentAllocator allocator, String name) {
        memory = allocator.allocate(SIZE, Long.BYTES);
        memory.setString(0, name, StandardCharsets.US_ASCII);
    }

    /// True if the kernel takes `name` for an interface: 1 to 15 visible ASCII characters without `/` and `:`.
    static boolean isName(String name) {
        return name.matches("[!-~&&[^/:]]{1," + (IFNAMSIZ - 1) + "}") && !".".equals(name) && !"..".equals(name);
    }

    long address() {
        return memory.address();
    }

    String name() {
        return memory.getString(0, StandardCharsets.US_ASCII);
    }

    int flags() {
        return memory.get(ValueLayout.JAVA_SHORT, IFR_FLAGS) & 0xFFFF;
    }

    void flags(int flags) {
        memory.set(ValueLayout.JAVA_SHORT, IFR_FLAGS, (short) flags);
    }

    int mtu() {
        return memory.get(ValueLayout.JAVA_INT, IFR_MTU);
    }

    void mtu(int octets) {
        memory.set(ValueLayout.JAVA_INT, IFR_MTU, octets);
    }

    void ipv4(int address) {
        memory.set(ValueLayout.JAVA_SHORT, SA_FAMILY, (short) Libc.AF_INET);
        memory.set(NETWORK_INT, SIN_ADDR, address);
    }

    /// The MAC address in the low 48 bits.
    long hardwareAddress() {
        long mac = 0;
        for (int i = 0; i < MAC_BITS / Byte.SIZE; i++) {
            mac = mac << Byte.SIZE | memory.get(ValueLayout.JAVA_BYTE, SA_DATA + i) & 0xFF;
        }
        return mac;
    }

    void hardwareAddress(long mac) {
        memory.set(ValueLayout.JAVA_SHORT, SA_FAMILY, ARPHRD_ETHER);
        for (int i = 0; i < MAC_BITS / Byte.SIZE; i++) {
            memory.set(ValueLayout.JAVA_BYTE, SA_DATA + i, (byte) (mac >>> MAC_BITS - Byte.SIZE * (i + 1)));
        }
    }
}
