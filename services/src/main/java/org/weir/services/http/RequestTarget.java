package org.weir.services.http;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Reads a request target, RFC 9112 section 3.2, in origin form or absolute form, and decodes its path in place.
final class RequestTarget {
    private final MemorySegment buffer;
    private int pathStart;
    private int pathEnd;
    private int queryStart;
    private int queryEnd;
    private boolean hasQuery;

    RequestTarget(MemorySegment buffer) {
        this.buffer = buffer;
    }

    /// The path without its leading `/`.
    int pathStart() {
        return pathStart;
    }

    int pathEnd() {
        return pathEnd;
    }

    boolean hasQuery() {
        return hasQuery;
    }

    /// Behind the `?`.
    int queryStart() {
        return queryStart;
    }

    int queryEnd() {
        return queryEnd;
    }

    /// Reads the octets `from` to `to`. [HttpStatus#BAD_REQUEST] for what is no target and for a path that leads
    /// up.
    HttpStatus parse(int from, int to) {
        if (!isVisible(from, to)) {
            return HttpStatus.BAD_REQUEST;
        }
        final int path = skipAuthority(from, to);
        queryEnd = to;
        final int mark = find('?', path, to);
        hasQuery = mark < to;
        queryStart = Math.min(to, mark + 1);
        if (path == to || octet(path) == '?') {
            pathStart = path;
            pathEnd = path;
            return path == from ? HttpStatus.BAD_REQUEST : HttpStatus.OK;
        }
        if (octet(path) != '/') {
            return HttpStatus.BAD_REQUEST;
        }
        pathStart = path + 1;
        return decode(pathStart, to) && !leadsUp() ? HttpStatus.OK : HttpStatus.BAD_REQUEST;
    }

    /// Only visible ASCII, and no fragment, which is not sent.
    private boolean isVisible(int from, int to) {
        for (int at = from; at < to; at++) {
            final int octet = octet(at);
            if (octet <= ' ' || octet >= 0x7F || octet == '#') {
                return false;
            }
        }
        return true;
    }

    /// Where the path of an absolute form begins; `from` if the target has another form.
    private int skipAuthority(int from, int to) {
        int at = afterScheme(from, to, Ascii.SCHEME);
        at = at == from ? afterScheme(from, to, Ascii.SECURE_SCHEME) : at;
        if (at == from) {
            return from;
        }
        while (at < to && octet(at) != '/' && octet(at) != '?') {
            at++;
        }
        return at;
    }

    private int find(int wanted, int from, int to) {
        int at = from;
        while (at < to && octet(at) != wanted) {
            at++;
        }
        return at;
    }

    private int afterScheme(int from, int to, byte[] scheme) {
        final int end = from + scheme.length;
        return end < to && Ascii.isIgnoringCase(buffer, from, end, scheme) ? end : from;
    }

    /// Decodes up to the query. False for a malformed or a zero octet.
    private boolean decode(int from, int to) {
        int target = from;
        int at = from;
        while (at < to && octet(at) != '?') {
            int octet = octet(at++);
            if (octet == '%') {
                octet = at + 1 < to ? Ascii.hex(octet(at)) << 4 | Ascii.hex(octet(at + 1)) : -1;
                at += 2;
            }
            if (octet <= 0) {
                return false;
            }
            buffer.set(ValueLayout.JAVA_BYTE, target++, (byte) octet);
        }
        pathEnd = target;
        return true;
    }

    /// True if a segment of the decoded path is `.` or `..`: a client resolves these itself (RFC 3986 section
    /// 5.2.4).
    private boolean leadsUp() {
        int segment = pathStart;
        for (int at = pathStart; at <= pathEnd; at++) {
            if (at < pathEnd && octet(at) != '/') {
                continue;
            }
            if (isDots(segment, at)) {
                return true;
            }
            segment = at + 1;
        }
        return false;
    }

    private boolean isDots(int from, int to) {
        return to > from && to - from <= 2 && octet(from) == '.' && octet(to - 1) == '.';
    }

    private int octet(int at) {
        return buffer.get(ValueLayout.JAVA_BYTE, at) & 0xFF;
    }
}
