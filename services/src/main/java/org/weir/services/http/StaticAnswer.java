package org.weir.services.http;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// An answer whose octets are all there: a head, and a content or a part of it. Used again and again, allocates
/// nothing.
final class StaticAnswer implements Answer {
    private static final int LONGEST_WRITE = 1 << 30;

    private final HttpServer server;
    private final MemorySegment input;
    private final RequestHead request;
    private final ResponseHead head;
    private final ByteRange range = new ByteRange();
    private @Nullable HttpContent content;
    private long first;
    private long length;
    private int headSent;
    private long contentSent;

    /// @param input where the head of the request is that `request` has read
    /// @param output for the head of the answer
    StaticAnswer(HttpServer server, MemorySegment input, RequestHead request, MemorySegment output) {
        this.server = server;
        this.input = input;
        this.request = request;
        head = new ResponseHead(output);
    }

    // ---- what to answer ----

    /// Answers with a status alone.
    void tell(HttpStatus status, boolean isLast) {
        begin(status, isLast).text(status, !request.isHead());
    }

    /// Answers with what `site` has under the path of the request, as its conditions permit.
    void choose(HttpSite site, boolean isLast) {
        if (!request.isGet() && !request.isHead()) {
            tell(HttpStatus.METHOD_NOT_ALLOWED, isLast);
            return;
        }
        final HttpContent found = site.find(input, request.pathStart(), request.pathEnd());
        if (found == null) {
            tell(HttpStatus.NOT_FOUND, isLast);
        } else if (found.locationField() != null) {
            refer(HttpStatus.MOVED_PERMANENTLY, found, isLast);
        } else {
            chooseByConditions(found, isLast);
        }
    }

    private void chooseByConditions(HttpContent found, boolean isLast) {
        final RequestFields fields = request.headerFields();
        final HttpStatus condition =
                fields.hasConditions() ? Preconditions.evaluate(input, fields, found) : HttpStatus.OK;
        if (condition == HttpStatus.OK) {
            choosePart(found, isLast);
        } else if (condition == HttpStatus.NOT_MODIFIED) {
            begin(condition, isLast).notModified(found);
        } else {
            tell(condition, isLast);
        }
    }

    private void choosePart(HttpContent found, boolean isLast) {
        switch (partOf(found)) {
            case WHOLE -> {
                begin(HttpStatus.OK, isLast).content(found);
                if (request.isGet()) {
                    append(found, 0, found.length());
                }
            }
            case PART -> {
                begin(HttpStatus.PARTIAL_CONTENT, isLast).part(found, range);
                append(found, range.first(), range.length());
            }
            case UNSATISFIABLE -> refer(HttpStatus.RANGE_NOT_SATISFIABLE, found, isLast);
        }
    }

    private ByteRange.Kind partOf(HttpContent found) {
        final RequestFields fields = request.headerFields();
        final boolean isAsked = request.isGet()
                && fields.range().isPresent()
                && found.hasValidators()
                && Preconditions.permitsRange(input, fields.ifRange(), found, server.epochSecond());
        return isAsked ? range.parse(input, fields.range(), found.length()) : ByteRange.Kind.WHOLE;
    }

    /// Says where `to` is, or how long.
    private void refer(HttpStatus status, HttpContent to, boolean isLast) {
        begin(status, isLast).text(status, to, !request.isHead());
    }

    private ResponseHead begin(HttpStatus status, boolean isLast) {
        content = null;
        first = 0;
        length = 0;
        headSent = 0;
        contentSent = 0;
        return head.begin(status, server.dateField()).connection(isLast, request.isHttp10());
    }

    private void append(HttpContent body, long from, long octets) {
        content = body;
        first = from;
        length = octets;
    }

    // ---- sending it ----

    @Override
    public Progress send(OctetStream to) {
        headSent += to.write(head.memory(), headSent, head.length() - headSent);
        if (headSent < head.length()) {
            return Progress.BLOCKED;
        }
        if (content == null) {
            return Progress.DONE;
        }
        final MemorySegment memory = content.memory();
        final long rest = length - contentSent;
        contentSent += content.isRom()
                ? to.writeRom(memory, first + contentSent, rest)
                : to.write(memory, first + contentSent, (int) Math.min(rest, LONGEST_WRITE));
        if (contentSent < length) {
            return Progress.BLOCKED; // No queue is longer than the longest write.
        }
        content = null;
        return Progress.DONE;
    }

    @Override
    public long sent() {
        return headSent + contentSent;
    }

    /// Forgets the content, so that its memory can go.
    void clear() {
        content = null;
    }
}
