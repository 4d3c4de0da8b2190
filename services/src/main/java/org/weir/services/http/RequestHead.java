package org.weir.services.http;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// Finds the end of a request's head in a buffer that fills octet by octet, and then reads the request line, RFC 9112
/// section 3. One object serves one connection; it owns no octets.
///
/// ```text
///   start                                   end      filled
///     |GET /a%20b?c HTTP/1.1\n|Host: x\n|\n| next request
/// ```
final class RequestHead {
    private static final int NOT_YET = -1;
    private static final int MAXIMUM_FIELDS = 100;

    private final MemorySegment buffer;
    private final RequestFields fields;
    private final RequestTarget target;
    private int start;
    private int end;
    private int scanned;
    private int lineStart;
    private int lines;
    private int firstLineEnd;
    private int methodEnd;
    private boolean isGet;
    private boolean isHead;
    private boolean isHttp10;

    RequestHead(MemorySegment buffer) {
        this.buffer = buffer;
        this.fields = new RequestFields(buffer);
        this.target = new RequestTarget(buffer);
    }

    // ---- finding the end ----

    /// The next request begins at `at`.
    void begin(int at) {
        start = at;
        scanned = at;
        lineStart = at;
        lines = 0;
        end = NOT_YET;
        firstLineEnd = NOT_YET;
        isHead = false;
    }

    /// Looks at what came since the last call. True if the head is complete.
    boolean scan(int filled) {
        while (end == NOT_YET && scanned < filled) {
            if (octet(scanned++) == '\n') {
                lineEnds(scanned);
            }
        }
        return end != NOT_YET;
    }

    private void lineEnds(int next) {
        final boolean isEmpty = lineLength(lineStart, next) == 0;
        lineStart = next;
        if (!isEmpty) {
            lines++;
            firstLineEnd = firstLineEnd == NOT_YET ? next : firstLineEnd;
        } else if (lines == 0) {
            start = next; // RFC 9112 section 2.2: empty lines before a request are passed over.
        } else {
            end = next;
        }
    }

    /// Octets of the line that begins at `from`, without its end: CR LF, or LF alone (RFC 9112 section 2.2).
    private int lineLength(int from, int next) {
        final int length = next - 1 - from;
        return length > 0 && octet(from + length - 1) == '\r' ? length - 1 : length;
    }

    /// True if nothing of the request is there among the `filled` octets.
    boolean isEmpty(int filled) {
        return start == filled;
    }

    /// What is too long although it is not complete; null if nothing is.
    @Nullable
    HttpStatus excess(int filled) {
        if (firstLineEnd == NOT_YET && filled - start > HttpConfig.MAXIMUM_REQUEST_LINE) {
            return HttpStatus.URI_TOO_LONG;
        }
        return filled - start >= buffer.byteSize() || lines > MAXIMUM_FIELDS + 1
                ? HttpStatus.HEADER_FIELDS_TOO_LARGE
                : null;
    }

    /// Moves the octets from the start on to the front of the buffer. Returns how many there are.
    int compact(int filled) {
        final int distance = start;
        MemorySegment.copy(buffer, distance, buffer, 0, filled - distance);
        start = 0;
        scanned -= distance;
        lineStart -= distance;
        firstLineEnd = firstLineEnd == NOT_YET ? NOT_YET : firstLineEnd - distance;
        return filled - distance;
    }

    // ---- reading it ----

    /// Reads a complete head. [HttpStatus#OK] if the request is one that may be answered with content.
    HttpStatus parse() {
        fields.clear();
        isGet = false;
        isHead = false;
        isHttp10 = false;
        final int lineEnd = start + lineLength(start, firstLineEnd);
        if (lineEnd - start > HttpConfig.MAXIMUM_REQUEST_LINE) {
            return HttpStatus.URI_TOO_LONG;
        }
        final int methodEnd = find(' ', start, lineEnd);
        final int targetEnd = find(' ', methodEnd + 1, lineEnd);
        if (methodEnd == start || targetEnd >= lineEnd || targetEnd == methodEnd + 1) {
            return HttpStatus.BAD_REQUEST;
        }
        isHead = Ascii.is(buffer, start, methodEnd, Ascii.HEAD); // Whatever else is wrong: no body follows then.
        HttpStatus status = version(targetEnd + 1, lineEnd);
        if (status == HttpStatus.OK) {
            status = fields();
        }
        if (status == HttpStatus.OK) {
            status = method(methodEnd);
        }
        if (status == HttpStatus.OK && !isPathMethod(methodEnd, targetEnd)) {
            return HttpStatus.METHOD_NOT_ALLOWED;
        }
        return status == HttpStatus.OK ? target.parse(methodEnd + 1, targetEnd) : status;
    }

    private int find(int wanted, int from, int to) {
        int at = from;
        while (at < to && octet(at) != wanted) {
            at++;
        }
        return at;
    }

    /// RFC 9112 section 2.3: `HTTP/` digit `.` digit.
    private HttpStatus version(int from, int to) {
        final boolean isVersion = to - from == 8
                && Ascii.is(buffer, from, from + 5, Ascii.HTTP)
                && Ascii.isDigit(octet(from + 5))
                && octet(from + 6) == '.'
                && Ascii.isDigit(octet(from + 7));
        if (!isVersion) {
            return HttpStatus.BAD_REQUEST;
        }
        isHttp10 = octet(from + 7) == '0';
        return octet(from + 5) == '1' ? HttpStatus.OK : HttpStatus.VERSION_NOT_SUPPORTED;
    }

    private HttpStatus fields() {
        int from = firstLineEnd;
        int count = 0;
        while (true) {
            final int next = find('\n', from, end) + 1;
            final int length = lineLength(from, next);
            if (length == 0) {
                return fields.check(isHttp10);
            }
            if (++count > MAXIMUM_FIELDS) {
                return HttpStatus.HEADER_FIELDS_TOO_LARGE;
            }
            if (!fields.add(from, from + length)) {
                return HttpStatus.BAD_REQUEST;
            }
            from = next;
        }
    }

    /// RFC 9112 sections 3.2.3 and 3.2.4: CONNECT names a host, and `OPTIONS *` the server.
    private boolean isPathMethod(int methodTo, int targetTo) {
        return !Ascii.is(buffer, start, methodTo, Ascii.CONNECT)
                && !Ascii.is(buffer, methodTo + 1, targetTo, Ascii.ASTERISK);
    }

    private HttpStatus method(int to) {
        methodEnd = to;
        isHead = Ascii.is(buffer, start, to, Ascii.HEAD);
        isGet = Ascii.is(buffer, start, to, Ascii.GET);
        if (isHead || isGet) {
            return HttpStatus.OK;
        }
        for (int at = start; at < to; at++) {
            if (!Ascii.isToken(octet(at))) {
                return HttpStatus.BAD_REQUEST;
            }
        }
        for (final byte[] known : Ascii.OTHER_METHODS) {
            if (Ascii.is(buffer, start, to, known)) {
                return HttpStatus.OK;
            }
        }
        return HttpStatus.NOT_IMPLEMENTED;
    }

    private int octet(int at) {
        return buffer.get(ValueLayout.JAVA_BYTE, at) & 0xFF;
    }

    // ---- what it said; valid after parse ----

    /// Behind the head.
    int end() {
        return end;
    }

    int start() {
        return start;
    }

    int methodEnd() {
        return methodEnd;
    }

    /// Where the header fields begin.
    int fieldsStart() {
        return firstLineEnd;
    }

    RequestTarget target() {
        return target;
    }

    boolean isGet() {
        return isGet;
    }

    /// The method is HEAD: the answer has no body.
    boolean isHead() {
        return isHead;
    }

    boolean isHttp10() {
        return isHttp10;
    }

    RequestFields headerFields() {
        return fields;
    }

    int pathStart() {
        return target.pathStart();
    }

    int pathEnd() {
        return target.pathEnd();
    }
}
