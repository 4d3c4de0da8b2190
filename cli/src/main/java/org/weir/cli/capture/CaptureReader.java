package org.weir.cli.capture;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.weir.link.Framing;

/// Reads a capture in pcapng format, block by block, in either byte order. Blocks that say nothing of frames are passed
/// over.
public final class CaptureReader {
    private static final int LONGEST_BLOCK = 1 << 20;
    private static final int LEAST_BLOCK = 12;
    private static final int MICROSECONDS = 6;
    private static final int MOST_INTERFACES = 4_096;
    private static final long NS_IN_SECOND = 1_000_000_000;

    private final InputStream input;
    private final List<Source> interfaces = new ArrayList<>();
    private boolean isInSection;
    private ByteOrder order = ByteOrder.LITTLE_ENDIAN;
    private @Nullable CaptureCounts counts;

    /// An interface of the file.
    ///
    /// @param unitsInSecond of its time stamps
    private record Source(String name, Framing framing, long unitsInSecond) {}

    public CaptureReader(InputStream input) {
        this.input = input;
    }

    /// The next frame; null at the end.
    ///
    /// @throws CaptureFormatException if this is no such file, or it is damaged
    public @Nullable CapturedFrame next() throws IOException {
        while (true) {
            final byte[] block = block();
            if (block == null) {
                return null;
            }
            final ByteBuffer body = ByteBuffer.wrap(block).order(order);
            final int type = body.getInt(0);
            body.position(2 * Integer.BYTES).limit(block.length - Integer.BYTES);
            final CapturedFrame frame = read(type, body);
            if (frame != null) {
                return frame;
            }
        }
    }

    /// What the file says became of the frames; null if it says nothing, or not yet.
    public @Nullable CaptureCounts counts() {
        return counts;
    }

    private byte @Nullable [] block() throws IOException {
        final byte[] head = input.readNBytes(LEAST_BLOCK);
        if (head.length == 0) {
            return null;
        }
        checkWhole(head.length, LEAST_BLOCK);
        final ByteBuffer start = ByteBuffer.wrap(head);
        if (start.getInt(0) == Pcapng.SECTION_HEADER) {
            beginSection(start);
        } else if (!isInSection) {
            throw new CaptureFormatException("this is no capture in pcapng format");
        }
        final int length = start.order(order).getInt(Integer.BYTES);
        if (length < LEAST_BLOCK || length > LONGEST_BLOCK || (length & 3) != 0) {
            throw new CaptureFormatException("a block of " + Integer.toUnsignedString(length) + " octets");
        }
        final byte[] block = Arrays.copyOf(head, length);
        checkWhole(input.readNBytes(block, LEAST_BLOCK, length - LEAST_BLOCK), length - LEAST_BLOCK);
        return block;
    }

    private static void checkWhole(int present, int wanted) throws CaptureFormatException {
        if (present < wanted) {
            throw new CaptureFormatException("the capture ends within a block");
        }
    }

    /// The type of this block reads the same in either byte order; the word behind its length tells which it is.
    private void beginSection(ByteBuffer start) throws CaptureFormatException {
        order = start.order(ByteOrder.LITTLE_ENDIAN).getInt(2 * Integer.BYTES) == Pcapng.BYTE_ORDER_MAGIC
                ? ByteOrder.LITTLE_ENDIAN
                : ByteOrder.BIG_ENDIAN;
        if (start.order(order).getInt(2 * Integer.BYTES) != Pcapng.BYTE_ORDER_MAGIC) {
            throw new CaptureFormatException("this is no capture in pcapng format");
        }
        isInSection = true;
        interfaces.clear();
    }

    /// Null for a block that is no frame.
    private @Nullable CapturedFrame read(int type, ByteBuffer body) throws CaptureFormatException {
        try {
            switch (type) {
                case Pcapng.INTERFACE_DESCRIPTION -> interfaces.add(readInterface(body));
                case Pcapng.INTERFACE_STATISTICS -> readStatistics(body);
                case Pcapng.ENHANCED_PACKET -> {
                    return readFrame(body);
                }
                default -> {
                    // Of no interest.
                }
            }
            return null;
        } catch (BufferUnderflowException | IllegalArgumentException _) {
            throw new CaptureFormatException("a damaged block of type " + type);
        }
    }

    /// Is given the options of a block.
    @FunctionalInterface
    private interface OptionReader {
        void read(int code, ByteBuffer value);
    }

    private void readOptions(ByteBuffer body, OptionReader reader) {
        while (body.remaining() >= Integer.BYTES) {
            final int code = Short.toUnsignedInt(body.getShort());
            final int length = Short.toUnsignedInt(body.getShort());
            if (code == Pcapng.END_OF_OPTIONS) {
                return;
            }
            if (length > body.remaining()) {
                throw new BufferUnderflowException();
            }
            reader.read(code, body.slice(body.position(), length).order(order));
            body.position(Math.min(body.limit(), body.position() + (length + 3 & ~3)));
        }
    }

    private Source readInterface(ByteBuffer body) throws CaptureFormatException {
        if (interfaces.size() == MOST_INTERFACES) {
            throw new CaptureFormatException("more than " + MOST_INTERFACES + " interfaces");
        }
        final Framing framing = Pcapng.framing(Short.toUnsignedInt(body.getShort()));
        body.position(body.position() + Short.BYTES + Integer.BYTES);
        final String[] name = {"interface " + interfaces.size()};
        final long[] units = {unitsInSecond(MICROSECONDS)};
        readOptions(body, (code, value) -> {
            if (code == Pcapng.IF_NAME) {
                name[0] = UTF_8.decode(value).toString();
            } else if (code == Pcapng.IF_TSRESOL) {
                units[0] = unitsInSecond(value.get());
            }
        });
        return new Source(name[0], framing, units[0]);
    }

    /// A power of ten, or of two if the upper bit is set.
    private static long unitsInSecond(int resolution) {
        final int exponent = resolution & 0x7F;
        if ((resolution & 0x80) != 0) {
            return 1L << Math.min(exponent, 62);
        }
        long units = 1;
        for (int i = 0; i < Math.min(exponent, 18); i++) {
            units *= 10;
        }
        return units;
    }

    private CapturedFrame readFrame(ByteBuffer body) throws CaptureFormatException {
        final int number = body.getInt();
        if (number < 0 || number >= interfaces.size()) {
            throw new CaptureFormatException("a frame of an interface that is not described");
        }
        final Source source = interfaces.get(number);
        final long time = (long) body.getInt() << Integer.SIZE | Integer.toUnsignedLong(body.getInt());
        final int captured = body.getInt();
        final int length = body.getInt();
        if (captured < 0 || captured > body.remaining() || length < captured) {
            throw new CaptureFormatException("a frame of " + Integer.toUnsignedString(captured) + " octets");
        }
        final byte[] octets = new byte[captured];
        body.get(octets);
        body.position(Math.min(body.limit(), body.position() + (-captured & 3)));
        final boolean[] isOutbound = {false};
        readOptions(body, (code, value) -> {
            if (code == Pcapng.EPB_FLAGS) {
                isOutbound[0] = (value.getInt() & Pcapng.DIRECTION) == Pcapng.OUTBOUND;
            }
        });
        return new CapturedFrame(
                source.name(), source.framing(), isOutbound[0], epochNs(time, source.unitsInSecond()), length, octets);
    }

    private static long epochNs(long time, long unitsInSecond) {
        final long seconds = Long.divideUnsigned(time, unitsInSecond);
        final long rest = Long.remainderUnsigned(time, unitsInSecond);
        return seconds * NS_IN_SECOND
                + (unitsInSecond <= NS_IN_SECOND
                        ? rest * NS_IN_SECOND / unitsInSecond
                        : (long) ((double) rest / unitsInSecond * NS_IN_SECOND));
    }

    private void readStatistics(ByteBuffer body) {
        body.position(body.position() + 3 * Integer.BYTES);
        final long[] values = new long[Pcapng.ISB_USRDELIV + 1];
        readOptions(body, (code, value) -> {
            if (code < values.length && value.remaining() == Long.BYTES) {
                values[code] = value.getLong();
            }
        });
        counts = new CaptureCounts(
                values[Pcapng.ISB_FILTERACCEPT], values[Pcapng.ISB_OSDROP], values[Pcapng.ISB_USRDELIV]);
    }
}
