package org.weir.services.http;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Reads the header fields that decide where a request ends and what becomes of the connection, RFC 9112 sections 5 and
/// 6.
final class RequestFields {
    private static final int NONE = -1;

    private final MemorySegment buffer;
    private int hosts;
    private long contentLength;
    private boolean hasTransferCoding;
    private boolean expectsContinue;
    private boolean expectsOther;
    private boolean saysClose;
    private boolean saysKeepAlive;

    RequestFields(MemorySegment buffer) {
        this.buffer = buffer;
    }

    void clear() {
        hosts = 0;
        contentLength = NONE;
        hasTransferCoding = false;
        expectsContinue = false;
        expectsOther = false;
        saysClose = false;
        saysKeepAlive = false;
    }

    /// Reads one line. False if it is malformed: a folded line, an empty name, a blank before the colon, a control
    /// character.
    boolean add(int from, int to) {
        int colon = from;
        while (colon < to && Ascii.isToken(octet(colon))) {
            colon++;
        }
        if (colon == from || colon == to || octet(colon) != ':') {
            return false;
        }
        int first = colon + 1;
        int last = to;
        while (first < last && Ascii.isBlank(octet(first))) {
            first++;
        }
        while (last > first && Ascii.isBlank(octet(last - 1))) {
            last--;
        }
        return isText(first, last) && take(from, colon, first, last);
    }

    private boolean isText(int from, int to) {
        for (int at = from; at < to; at++) {
            final int octet = octet(at);
            if (octet < ' ' && octet != '\t' || octet == 0x7F) {
                return false;
            }
        }
        return true;
    }

    private boolean take(int name, int nameEnd, int value, int valueEnd) {
        if (Ascii.isIgnoringCase(buffer, name, nameEnd, Ascii.CONTENT_LENGTH)) {
            return takeLength(value, valueEnd);
        }
        if (Ascii.isIgnoringCase(buffer, name, nameEnd, Ascii.HOST)) {
            hosts++;
        } else if (Ascii.isIgnoringCase(buffer, name, nameEnd, Ascii.TRANSFER_ENCODING)) {
            hasTransferCoding = true;
        } else if (Ascii.isIgnoringCase(buffer, name, nameEnd, Ascii.CONNECTION)) {
            takeOptions(value, valueEnd);
        } else if (Ascii.isIgnoringCase(buffer, name, nameEnd, Ascii.EXPECT)) {
            expectsContinue = Ascii.isIgnoringCase(buffer, value, valueEnd, Ascii.CONTINUE);
            expectsOther |= !expectsContinue;
        }
        return true;
    }

    /// A second length is refused even if it is the same, since an intermediary may have taken the other one.
    private boolean takeLength(int from, int to) {
        if (from == to || contentLength != NONE) {
            return false;
        }
        long value = 0;
        for (int at = from; at < to; at++) {
            final int octet = octet(at);
            if (!Ascii.isDigit(octet) || value > (Long.MAX_VALUE - 9) / 10) {
                return false;
            }
            value = value * 10 + octet - '0';
        }
        contentLength = value;
        return true;
    }

    private void takeOptions(int from, int to) {
        int at = from;
        while (at < to) {
            int end = at;
            while (end < to && octet(end) != ',' && !Ascii.isBlank(octet(end))) {
                end++;
            }
            saysClose |= Ascii.isIgnoringCase(buffer, at, end, Ascii.CLOSE);
            saysKeepAlive |= Ascii.isIgnoringCase(buffer, at, end, Ascii.KEEP_ALIVE);
            at = end + 1;
        }
    }

    /// What is wrong with all fields together; [HttpStatus#OK] if nothing is. RFC 9112 sections 3.2 and 6.3: a
    /// request with two lengths may be two requests to somebody else.
    HttpStatus check(boolean isHttp10) {
        if (hosts > 1 || hosts == 0 && !isHttp10 || hasTransferCoding && (contentLength != NONE || isHttp10)) {
            return HttpStatus.BAD_REQUEST;
        }
        if (hasTransferCoding) {
            return HttpStatus.NOT_IMPLEMENTED;
        }
        return expectsOther ? HttpStatus.EXPECTATION_FAILED : HttpStatus.OK;
    }

    private int octet(int at) {
        return buffer.get(ValueLayout.JAVA_BYTE, at) & 0xFF;
    }

    /// Octets of body that follow the head.
    long bodyLength() {
        return Math.max(0, contentLength);
    }

    /// The client may wait with the body until it is asked for, or may not send it after a final answer.
    boolean expectsContinue() {
        return expectsContinue;
    }

    /// RFC 9112 section 9.3.
    boolean keepsAlive(boolean isHttp10) {
        return !saysClose && (!isHttp10 || saysKeepAlive);
    }
}
