package org.weir.services.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Composes the head of an answer, RFC 9112 section 4, and the few octets of text that are an error's body, in memory
/// that one connection keeps for that.
final class ResponseHead {
    private static final byte[] SERVER = "Server: Weir\r\n".getBytes(US_ASCII);
    private static final byte[] ALLOW = "Allow: GET, HEAD\r\n".getBytes(US_ASCII);
    private static final byte[] PLAIN = "Content-Type: text/plain; charset=utf-8\r\n".getBytes(US_ASCII);
    private static final byte[] LENGTH = "Content-Length: ".getBytes(US_ASCII);
    private static final byte[] CONTENT_RANGE = "Content-Range: bytes ".getBytes(US_ASCII);
    private static final byte[] CONTENT_RANGE_OF = "Content-Range: bytes */".getBytes(US_ASCII);
    private static final byte[] HYPHEN = "-".getBytes(US_ASCII);
    private static final byte[] SLASH = "/".getBytes(US_ASCII);
    private static final byte[] CLOSE = "Connection: close\r\n".getBytes(US_ASCII);
    private static final byte[] KEEP_ALIVE = "Connection: keep-alive\r\n".getBytes(US_ASCII);
    private static final byte[] NEW_LINE = "\r\n".getBytes(US_ASCII);

    private final MemorySegment memory;
    private int length;

    /// Writes to all of `memory`.
    ResponseHead(MemorySegment memory) {
        this.memory = memory;
    }

    MemorySegment memory() {
        return memory;
    }

    /// Octets composed.
    int length() {
        return length;
    }

    /// Begins with the fields that every answer has.
    ResponseHead begin(HttpStatus status, byte[] dateField) {
        length = 0;
        return add(status.statusLine()).add(SERVER).add(dateField);
    }

    /// Says what becomes of the connection, where the version does not say it.
    ResponseHead connection(boolean isLast, boolean isHttp10) {
        if (isLast) {
            return add(CLOSE);
        }
        return isHttp10 ? add(KEEP_ALIVE) : this;
    }

    /// Ends the head of an answer with all of `content`, or with no body because the client has it.
    void content(HttpContent content) {
        add(content.validatorFields()).body(content.typeField(), content.length());
    }

    /// Ends the head of an answer with a part of `content`.
    void part(HttpContent content, ByteRange range) {
        add(content.validatorFields())
                .add(CONTENT_RANGE)
                .add(range.first())
                .add(HYPHEN)
                .add(range.last());
        add(SLASH).add(content.length()).add(NEW_LINE).body(content.typeField(), range.length());
    }

    /// Ends an answer without a body to a client that has `content`. RFC 9110 section 15.4.5.
    void notModified(HttpContent content) {
        add(content.validatorFields()).add(NEW_LINE);
    }

    /// Ends an answer that says where something is, or how long.
    void text(HttpStatus status, HttpContent content, boolean withBody) {
        if (content.locationField() != null) {
            add(content.locationField());
        }
        if (status == HttpStatus.RANGE_NOT_SATISFIABLE) {
            add(CONTENT_RANGE_OF).add(content.length()).add(NEW_LINE);
        }
        text(status, withBody);
    }

    /// Ends an answer whose body is the status itself.
    void text(HttpStatus status, boolean withBody) {
        if (status == HttpStatus.METHOD_NOT_ALLOWED) {
            add(ALLOW);
        }
        body(PLAIN, status.text().length);
        if (withBody) {
            add(status.text());
        }
    }

    private void body(byte[] typeField, long octets) {
        add(typeField).add(LENGTH).add(octets).add(NEW_LINE).add(NEW_LINE);
    }

    private ResponseHead add(byte[] octets) {
        MemorySegment.copy(octets, 0, memory, ValueLayout.JAVA_BYTE, length, octets.length);
        length += octets.length;
        return this;
    }

    private ResponseHead add(long number) {
        long scale = 1;
        while (number / scale >= 10) {
            scale *= 10;
        }
        for (; scale > 0; scale /= 10) {
            memory.set(ValueLayout.JAVA_BYTE, length++, (byte) ('0' + number / scale % 10));
        }
        return this;
    }
}
