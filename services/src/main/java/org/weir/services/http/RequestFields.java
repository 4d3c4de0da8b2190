package org.weir.services.http;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Reads the header fields that decide where a request ends and what becomes of the connection, RFC 9112 sections 5 and
/// 6.
final class RequestFields {
    private static final int NONE = -1;
    private static final String NOT_IN_AUTHORITY = "/?#@\\<>\"^`{|},";

    private final MemorySegment buffer;
    private final FieldValue ifMatch = new FieldValue(Ascii.IF_MATCH);
    private final FieldValue ifNoneMatch = new FieldValue(Ascii.IF_NONE_MATCH);
    private final FieldValue ifModifiedSince = new FieldValue(Ascii.IF_MODIFIED_SINCE);
    private final FieldValue ifUnmodifiedSince = new FieldValue(Ascii.IF_UNMODIFIED_SINCE);
    private final FieldValue ifRange = new FieldValue(Ascii.IF_RANGE);
    private final FieldValue range = new FieldValue(Ascii.RANGE);
    private int hosts;
    private long contentLength;
    private int transferCodings;
    private boolean isChunked;
    private boolean hasConditions;
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
        transferCodings = 0;
        isChunked = false;
        ifMatch.clear();
        ifNoneMatch.clear();
        ifModifiedSince.clear();
        ifUnmodifiedSince.clear();
        ifRange.clear();
        range.clear();
        hasConditions = false;
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
            if (!Ascii.isText(octet(at))) {
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
            return isAuthority(value, valueEnd);
        }
        if (Ascii.isIgnoringCase(buffer, name, nameEnd, Ascii.TRANSFER_ENCODING)) {
            transferCodings++;
            isChunked = Ascii.isIgnoringCase(buffer, value, valueEnd, Ascii.CHUNKED);
        } else if (Ascii.isIgnoringCase(buffer, name, nameEnd, Ascii.CONNECTION)) {
            takeOptions(value, valueEnd);
        } else if (Ascii.isIgnoringCase(buffer, name, nameEnd, Ascii.EXPECT)) {
            expectsContinue = Ascii.isIgnoringCase(buffer, value, valueEnd, Ascii.CONTINUE);
            expectsOther |= !expectsContinue;
        } else {
            takeCondition(name, nameEnd, value, valueEnd);
        }
        return true;
    }

    private void takeCondition(int name, int nameEnd, int value, int valueEnd) {
        final boolean isTaken = range.takes(buffer, name, nameEnd, value, valueEnd)
                || ifNoneMatch.takes(buffer, name, nameEnd, value, valueEnd)
                || ifModifiedSince.takes(buffer, name, nameEnd, value, valueEnd)
                || ifRange.takes(buffer, name, nameEnd, value, valueEnd)
                || ifMatch.takes(buffer, name, nameEnd, value, valueEnd)
                || ifUnmodifiedSince.takes(buffer, name, nameEnd, value, valueEnd);
        hasConditions |= isTaken;
    }

    /// No blanks, and nothing that would end a host and port in a URI: what it means to others is unknown then.
    private boolean isAuthority(int from, int to) {
        for (int at = from; at < to; at++) {
            final int octet = octet(at);
            if (octet <= ' ' || octet >= 0x7F || NOT_IN_AUTHORITY.indexOf(octet) >= 0) {
                return false;
            }
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
        if (hosts > 1 || hosts == 0 && !isHttp10) {
            return HttpStatus.BAD_REQUEST;
        }
        if (transferCodings > 0 && (contentLength != NONE || isHttp10)) {
            return HttpStatus.BAD_REQUEST;
        }
        if (transferCodings > 1 || transferCodings == 1 && !isChunked) {
            return HttpStatus.NOT_IMPLEMENTED;
        }
        expectsContinue &= !isHttp10; // RFC 9110 section 10.1.1: an old client does not mean it.
        return expectsOther && !isHttp10 ? HttpStatus.EXPECTATION_FAILED : HttpStatus.OK;
    }

    private int octet(int at) {
        return buffer.get(ValueLayout.JAVA_BYTE, at) & 0xFF;
    }

    /// The body is in chunks.
    boolean isChunked() {
        return isChunked;
    }

    /// There is a body, if an empty one.
    boolean hasBody() {
        return isChunked || contentLength != NONE;
    }

    /// Octets of body that follow the head; 0 if it is in chunks.
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

    /// There is any of the fields below.
    boolean hasConditions() {
        return hasConditions;
    }

    FieldValue ifMatch() {
        return ifMatch;
    }

    FieldValue ifNoneMatch() {
        return ifNoneMatch;
    }

    FieldValue ifModifiedSince() {
        return ifModifiedSince;
    }

    FieldValue ifUnmodifiedSince() {
        return ifUnmodifiedSince;
    }

    FieldValue ifRange() {
        return ifRange;
    }

    FieldValue range() {
        return range;
    }
}
