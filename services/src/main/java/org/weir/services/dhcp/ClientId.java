package org.weir.services.dhcp;

import java.nio.ByteBuffer;
import org.weir.ip.Netif;

/// A client identifier by RFC 4361 section 6.1: type 255, a number of the interface (IAID), and a name of the host
/// (DUID-LL of RFC 8415 section 11.4).
///
/// The number is made of the interface's name, so that interfaces which share a hardware address, as VLANs do, are told
/// apart, and one is the same again after a new start.
final class ClientId {
    private static final byte IS_DUID = (byte) 255;
    private static final short DUID_LL = 3;
    private static final short ETHERNET = 1;
    private static final int LENGTH = 1 + Integer.BYTES + 2 * Short.BYTES + 6;

    private ClientId() {}

    static byte[] of(Netif netif) {
        final long mac = netif.hardwareAddress();
        return ByteBuffer.allocate(LENGTH)
                .put(IS_DUID)
                .putInt(netif.name().hashCode())
                .putShort(DUID_LL)
                .putShort(ETHERNET)
                .putShort((short) (mac >>> Integer.SIZE))
                .putInt((int) mac)
                .array();
    }
}
