package org.weir.cli.capture;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import org.weir.link.Framing;

/// Writes a capture of several interfaces in pcapng format: each is described before its first frame.
///
/// ```text
/// section header | interface | frame | frame | interface | frame | ... | statistics
/// ```
public final class CaptureWriter {
    private static final int NANOSECONDS = 9;
    private static final int SMALL_BLOCK = 256;
    private static final int FRAME_OVERHEAD = 44;
    private static final int LONGEST_NAME = 64;

    private final Sink sink;
    private final int snapLength;
    private final Map<String, Integer> numbers = new HashMap<>();

    /// Takes octets of the file, in order.
    @FunctionalInterface
    public interface Sink {
        void write(ByteBuffer octets) throws IOException;
    }

    /// Begins a file.
    ///
    /// @param snapLength octets of a frame that are captured at most
    public CaptureWriter(Sink sink, int snapLength) throws IOException {
        this.sink = sink;
        this.snapLength = snapLength;
        final ByteBuffer block = block(SMALL_BLOCK, Pcapng.SECTION_HEADER);
        block.putInt(Pcapng.BYTE_ORDER_MAGIC)
                .putShort((short) 1)
                .putShort((short) 0)
                .putLong(-1);
        write(block);
    }

    private static ByteBuffer block(int room, int type) {
        return ByteBuffer.allocate(room)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(type)
                .putInt(0);
    }

    private void write(ByteBuffer block) throws IOException {
        final int length = block.position() + Integer.BYTES;
        block.putInt(length).putInt(Integer.BYTES, length);
        sink.write(block.flip());
    }

    private static void option(ByteBuffer block, int code, ByteBuffer value) {
        block.putShort((short) code).putShort((short) value.remaining()).put(value);
        while ((block.position() & 3) != 0) {
            block.put((byte) 0);
        }
    }

    private static ByteBuffer octets(long value, int count) {
        return ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .flip()
                .limit(count);
    }

    /// Describes an interface, unless it has been before. Returns its number.
    public int describe(String name, Framing framing) throws IOException {
        final Integer known = numbers.get(name);
        if (known != null) {
            return known;
        }
        final ByteBuffer block = block(SMALL_BLOCK, Pcapng.INTERFACE_DESCRIPTION);
        block.putShort((short) Pcapng.linkType(framing)).putShort((short) 0).putInt(snapLength);
        final byte[] text = name.getBytes(UTF_8);
        option(block, Pcapng.IF_NAME, ByteBuffer.wrap(text, 0, Math.min(text.length, LONGEST_NAME)));
        option(block, Pcapng.IF_TSRESOL, octets(NANOSECONDS, 1));
        block.putInt(Pcapng.END_OF_OPTIONS);
        write(block);
        numbers.put(name, numbers.size());
        return numbers.size() - 1;
    }

    public void write(CapturedFrame frame) throws IOException {
        final int number = describe(frame.interfaceName(), frame.framing());
        final byte[] octets = frame.octets();
        final ByteBuffer block = block(FRAME_OVERHEAD + octets.length + 3, Pcapng.ENHANCED_PACKET);
        block.putInt(number).putInt((int) (frame.epochNs() >>> 32)).putInt((int) frame.epochNs());
        block.putInt(octets.length).putInt(frame.length()).put(octets);
        while ((block.position() & 3) != 0) {
            block.put((byte) 0);
        }
        option(block, Pcapng.EPB_FLAGS, octets(frame.isOutbound() ? Pcapng.OUTBOUND : Pcapng.INBOUND, Integer.BYTES));
        block.putInt(Pcapng.END_OF_OPTIONS);
        write(block);
    }

    /// Ends the file: what became of the frames of all interfaces stands with the first one, which must have been
    /// described.
    public void end(CaptureCounts counts, long epochNs) throws IOException {
        final ByteBuffer block = block(SMALL_BLOCK, Pcapng.INTERFACE_STATISTICS);
        block.putInt(0).putInt((int) (epochNs >>> 32)).putInt((int) epochNs);
        option(block, Pcapng.ISB_FILTERACCEPT, octets(counts.accepted(), Long.BYTES));
        option(block, Pcapng.ISB_OSDROP, octets(counts.dropped(), Long.BYTES));
        option(block, Pcapng.ISB_USRDELIV, octets(counts.delivered(), Long.BYTES));
        block.putInt(Pcapng.END_OF_OPTIONS);
        write(block);
    }
}
