package org.weir.cli.capture;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.weir.link.Framing;

/// Captures that are written and read again. What others make of them is checked in `TcpdumpTest`.
final class CaptureFileTest {
    private static final long TIME_NS = 1_700_000_000_123_456_789L;

    private final ByteArrayOutputStream file = new ByteArrayOutputStream();

    private static CapturedFrame frame(String name, Framing framing, boolean isOutbound, int captured) {
        final byte[] octets = new byte[captured];
        new Random(captured).nextBytes(octets);
        return new CapturedFrame(name, framing, isOutbound, TIME_NS, captured + 5, octets);
    }

    private CaptureWriter writer() throws IOException {
        return new CaptureWriter(octets -> Channels.newChannel(file).write(octets), 65_535);
    }

    private CaptureReader reader() {
        return new CaptureReader(new ByteArrayInputStream(file.toByteArray()));
    }

    @Test
    void whatIsWrittenIsRead() throws IOException {
        final CaptureWriter writer = writer();
        final CapturedFrame[] frames = {
            frame("weir0", Framing.ETHERNET, true, 61),
            frame("tun9", Framing.IP, false, 0),
            frame("weir0", Framing.ETHERNET, false, 64),
        };
        for (final CapturedFrame each : frames) {
            writer.write(each);
        }
        writer.end(new CaptureCounts(7, 4, 3), TIME_NS);
        final CaptureReader reader = reader();
        for (final CapturedFrame each : frames) {
            final CapturedFrame read = requireNonNull(reader.next());
            assertEquals(each.interfaceName(), read.interfaceName());
            assertEquals(each.framing(), read.framing());
            assertEquals(each.isOutbound(), read.isOutbound());
            assertEquals(each.length(), read.length());
            assertEquals(TIME_NS, read.epochNs());
            assertArrayEquals(each.octets(), read.octets());
        }
        assertNull(reader.next());
        assertEquals(new CaptureCounts(7, 4, 3), reader.counts());
    }

    /// With microseconds, which is what a file without a resolution has.
    @Test
    void theOtherByteOrderIsRead() throws IOException {
        final ByteBuffer other = ByteBuffer.allocate(256).order(ByteOrder.BIG_ENDIAN);
        other.putInt(0x0A0D0D0A)
                .putInt(28)
                .putInt(0x1A2B3C4D)
                .putShort((short) 1)
                .putShort((short) 0);
        other.putLong(-1).putInt(28);
        other.putInt(1)
                .putInt(20)
                .putShort((short) 101)
                .putShort((short) 0)
                .putInt(0)
                .putInt(20);
        final long us = TIME_NS / 1_000;
        other.putInt(6).putInt(36).putInt(0).putInt((int) (us >>> 32)).putInt((int) us);
        other.putInt(4).putInt(4).putInt(0x45000004).putInt(36);
        file.write(other.array(), 0, other.position());
        final CapturedFrame read = requireNonNull(reader().next());
        assertEquals(Framing.IP, read.framing());
        assertEquals(us * 1_000, read.epochNs());
        assertEquals(0x45, read.octets()[0]);
    }

    @Test
    void whatIsNoCaptureIsRefused() throws IOException {
        file.write("GET / HTTP/1.1\r\n\r\n".getBytes(US_ASCII));
        final IOException e = assertThrows(CaptureFormatException.class, () -> reader().next());
        assertEquals("this is no capture in pcapng format", e.getMessage());
    }

    @Test
    void aDamagedFileIsRefusedAndNoHarm() throws IOException {
        final CaptureWriter writer = writer();
        writer.write(frame("weir0", Framing.ETHERNET, true, 61));
        writer.end(new CaptureCounts(1, 0, 1), TIME_NS);
        final byte[] whole = file.toByteArray();
        final long seed = System.nanoTime();
        final Random random = new Random(seed);
        for (int i = 0; i < 50_000; i++) {
            final byte[] damaged = whole.clone();
            for (int j = 0; j < 2; j++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            final CaptureReader reader =
                    new CaptureReader(new ByteArrayInputStream(damaged, 0, random.nextInt(damaged.length + 1)));
            try {
                while (reader.next() != null) {
                    // The next one.
                }
            } catch (CaptureFormatException _) {
                // As it should be.
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }
}
