package org.weir.services.http;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The frame of a body in chunks, RFC 9112 section 7.1, octet by octet.
///
/// ```text
///   5;name=value CR LF  hello CR LF   0 CR LF  Trailer: field CR LF  CR LF
///   |---- size line ---|-data-|      |--- end ---|--- trailers ----|
/// ```
///
/// Extensions and trailers are passed over. Each line ends in CR LF, and nothing else does for it: what one recipient
/// takes for the end of a line and another one does not is how requests are smuggled.
final class ChunkedBody {
    /// Octets of a line with a size and its extensions.
    private static final int LONGEST_SIZE_LINE = 1_024;
    /// Octets of all trailers.
    private static final int LONGEST_TRAILERS = 8_192;
    /// A size above this would not fit when the next digit comes.
    private static final long SIZE_LIMIT = Long.MAX_VALUE >> 4;

    /// What the next octet belongs to.
    private enum State {
        SIZE_START,
        SIZE,
        BLANK_BEHIND_SIZE,
        EXTENSION,
        SIZE_LINE_FEED,
        DATA,
        DATA_RETURN,
        DATA_LINE_FEED,
        TRAILER_START,
        TRAILER_NAME,
        TRAILER_VALUE,
        TRAILER_LINE_FEED,
        LAST_LINE_FEED,
        OVER,
        MALFORMED
    }

    private State state = State.OVER;
    private long left;
    /// Octets of the line, or of the trailers, so far.
    private int length;

    void begin() {
        state = State.SIZE_START;
        left = 0;
        length = 0;
    }

    /// Reads what is not data from `from` on. Returns where it stopped: at data, behind the body, at `to`, or at
    /// what is malformed.
    int skipFrame(MemorySegment buffer, int from, int to) {
        int at = from;
        while (at < to && state != State.DATA && !isOver() && !isMalformed()) {
            state = next(buffer.get(ValueLayout.JAVA_BYTE, at++) & 0xFF);
        }
        return at;
    }

    /// Octets of data that lie next.
    long left() {
        return state == State.DATA ? left : 0;
    }

    /// `octets` of the data were read.
    void take(long octets) {
        left -= octets;
        if (left == 0) {
            state = State.DATA_RETURN;
        }
    }

    boolean isOver() {
        return state == State.OVER;
    }

    boolean isMalformed() {
        return state == State.MALFORMED;
    }

    private State next(int octet) {
        return switch (state) {
            case SIZE_START -> sizeStarts(octet);
            case SIZE -> inSize(octet);
            case BLANK_BEHIND_SIZE -> Ascii.isBlank(octet) && isShort() ? state : expect(octet, ';', State.EXTENSION);
            case EXTENSION -> inExtension(octet);
            case SIZE_LINE_FEED -> expect(octet, '\n', left == 0 ? trailersBegin() : State.DATA);
            case DATA_RETURN -> expect(octet, '\r', State.DATA_LINE_FEED);
            case DATA_LINE_FEED -> expect(octet, '\n', State.SIZE_START);
            case TRAILER_START -> octet == '\r' ? State.LAST_LINE_FEED : inTrailerName(octet, true);
            case TRAILER_NAME -> inTrailerName(octet, false);
            case TRAILER_VALUE -> inTrailerValue(octet);
            case TRAILER_LINE_FEED -> expect(octet, '\n', State.TRAILER_START);
            case LAST_LINE_FEED -> expect(octet, '\n', State.OVER);
            case DATA, OVER, MALFORMED -> State.MALFORMED;
        };
    }

    private static State expect(int octet, int wanted, State then) {
        return octet == wanted ? then : State.MALFORMED;
    }

    private State trailersBegin() {
        length = 0;
        return State.TRAILER_START;
    }

    private State sizeStarts(int octet) {
        left = 0;
        length = 0;
        return Ascii.hex(octet) < 0 ? State.MALFORMED : inSize(octet);
    }

    private State inSize(int octet) {
        final int digit = Ascii.hex(octet);
        if (digit >= 0) {
            if (left > SIZE_LIMIT || !isShort()) {
                return State.MALFORMED;
            }
            left = left << 4 | digit;
            return State.SIZE;
        }
        if (octet == ';') {
            return State.EXTENSION;
        }
        return Ascii.isBlank(octet) ? State.BLANK_BEHIND_SIZE : expect(octet, '\r', State.SIZE_LINE_FEED);
    }

    private State inExtension(int octet) {
        if (octet == '\r') {
            return State.SIZE_LINE_FEED;
        }
        return Ascii.isText(octet) && isShort() ? State.EXTENSION : State.MALFORMED;
    }

    private State inTrailerName(int octet, boolean isFirst) {
        if (++length > LONGEST_TRAILERS) {
            return State.MALFORMED;
        }
        if (octet == ':' && !isFirst) {
            return State.TRAILER_VALUE;
        }
        return Ascii.isToken(octet) ? State.TRAILER_NAME : State.MALFORMED;
    }

    private State inTrailerValue(int octet) {
        if (octet == '\r') {
            return State.TRAILER_LINE_FEED;
        }
        return Ascii.isText(octet) && ++length <= LONGEST_TRAILERS ? State.TRAILER_VALUE : State.MALFORMED;
    }

    private boolean isShort() {
        return ++length <= LONGEST_SIZE_LINE;
    }
}
