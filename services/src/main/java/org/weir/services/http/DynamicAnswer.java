package org.weir.services.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// An answer that a handler makes: a head, and a body of known length or in chunks (RFC 9112 section 7.1), which its
/// source is asked for when the client has room for more. Never more than one buffer of it waits here.
///
/// ```text
///   buffer:  | 1ff0 CR LF | data ... | CR LF |
///                         ^ FRAME
/// ```
final class DynamicAnswer implements Answer {
    /// The length is not known before.
    static final long UNKNOWN = -1;

    private static final int BUFFER = 8_192;
    /// Octets before the data of a chunk: its size and a line end.
    private static final int FRAME = 6;
    private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(US_ASCII);

    private final @Nullable HttpBodySource source;
    private final boolean isChunked;
    private byte[] octets;
    private MemorySegment segment;
    private int at;
    private int to;
    /// Octets of body to come, if that is known.
    private long left;
    private boolean isOver;
    private long sent;

    /// @param head whole
    /// @param source null for an answer without a body
    /// @param length of the body, or [#UNKNOWN]
    /// @param isChunked a body of unknown length is framed; else it ends with the connection
    DynamicAnswer(byte[] head, @Nullable HttpBodySource source, long length, boolean isChunked) {
        this.source = source;
        this.isChunked = isChunked;
        this.octets = head;
        this.segment = MemorySegment.ofArray(head);
        this.to = head.length;
        this.left = length;
        this.isOver = source == null || length == 0;
    }

    @Override
    public Progress send(OctetStream stream) {
        while (true) {
            final int written = stream.write(segment, at, to - at);
            at += written;
            sent += written;
            if (at < to) {
                return Progress.BLOCKED;
            }
            if (isOver || source == null) {
                return Progress.DONE;
            }
            if (!fill(source)) {
                return Progress.WAITING;
            }
        }
    }

    @Override
    public long sent() {
        return sent;
    }

    /// Asks for more. False if there is nothing now.
    private boolean fill(HttpBodySource from) {
        if (octets.length != BUFFER) {
            octets = new byte[BUFFER];
            segment = MemorySegment.ofArray(octets);
        }
        final int most = BUFFER - FRAME - 2;
        final int room = left == UNKNOWN ? most : (int) Math.min(most, left);
        final int count = from.fill(octets, FRAME, room);
        if (count > room) {
            throw new IllegalStateException("a source of " + room + " octets has given " + count);
        }
        if (count == HttpBodySource.END) {
            return ends();
        }
        at = FRAME;
        to = FRAME + count;
        if (left != UNKNOWN) {
            left -= count;
            isOver = left == 0;
        } else if (isChunked && count > 0) {
            frame(count);
        }
        return count > 0;
    }

    private boolean ends() {
        if (left != UNKNOWN) {
            throw new IllegalStateException("the body of an answer ended " + left + " octets early");
        }
        isOver = true;
        at = 0;
        to = isChunked ? LAST_CHUNK.length : 0;
        System.arraycopy(LAST_CHUNK, 0, octets, 0, to);
        return true;
    }

    private void frame(int count) {
        octets[to++] = '\r';
        octets[to++] = '\n';
        octets[--at] = '\n';
        octets[--at] = '\r';
        for (int rest = count; rest > 0; rest >>>= 4) {
            octets[--at] = (byte) Character.forDigit(rest & 0xF, 16);
        }
    }
}
