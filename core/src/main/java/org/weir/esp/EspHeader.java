package org.weir.esp;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// The fixed parts of an ESP packet, RFC 4303 section 2, in an array.
///
/// ```text
///   | SPI | sequence number | IV | payload | padding | pad length | next header | ICV |
///   |<------ header ------->|              |<----------- trailer ------------->|
/// ```
final class EspHeader {
    /// Octets of the SPI and the sequence number.
    static final int LENGTH = 8;
    /// Octets of the pad length and the next header.
    static final int TRAILER = 2;
    /// RFC 4303 section 2.6: no payload; thrown away.
    static final int NO_NEXT_HEADER = 59;

    private static final int SEQUENCE = 4;
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private EspHeader() {}

    static int spi(byte[] packet) {
        return (int) INT.get(packet, 0);
    }

    static int sequence(byte[] packet) {
        return (int) INT.get(packet, SEQUENCE);
    }

    static void write(byte[] packet, int spi, int sequence) {
        INT.set(packet, 0, spi);
        INT.set(packet, SEQUENCE, sequence);
    }

    static void writeLong(byte[] packet, int at, long value) {
        LONG.set(packet, at, value);
    }

    /// Pads `length` octets at `at` so that they and the trailer fill blocks, RFC 4303 section 2.4. Returns the
    /// length with padding and trailer.
    static int pad(byte[] packet, int at, int length, int block, int nextHeader) {
        final int padding = -(length + TRAILER) & block - 1;
        int end = at + length;
        for (int i = 1; i <= padding; i++) {
            packet[end++] = (byte) i;
        }
        packet[end++] = (byte) padding;
        packet[end++] = (byte) nextHeader;
        return end - at;
    }

    /// Octets of payload in front of padding and trailer; -1 if the padding is not what it must be.
    static int unpad(byte[] packet, int at, int length) {
        final int padding = packet[at + length - TRAILER] & 0xFF;
        final int payload = length - TRAILER - padding;
        if (payload < 0) {
            return -1;
        }
        for (int i = 1; i <= padding; i++) {
            if (packet[at + payload + i - 1] != (byte) i) {
                return -1;
            }
        }
        return payload;
    }

    static int nextHeader(byte[] packet, int at, int length) {
        return packet[at + length - 1] & 0xFF;
    }
}
