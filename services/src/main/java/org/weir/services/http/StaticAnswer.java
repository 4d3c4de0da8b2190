package org.weir.services.http;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// An answer whose octets are all there: a head, and a content or a part of it. Used again and again, allocates
/// nothing.
final class StaticAnswer implements Answer {
    private final ResponseHead head;
    private final ByteRange range = new ByteRange();
    private @Nullable HttpContent content;
    private long first;
    private long length;
    private int headSent;
    private long contentSent;

    StaticAnswer(MemorySegment memory) {
        head = new ResponseHead(memory);
    }

    /// Begins an answer without content. Its head is still to be ended.
    ResponseHead begin(HttpStatus status, byte[] dateField) {
        content = null;
        first = 0;
        length = 0;
        headSent = 0;
        contentSent = 0;
        return head.begin(status, dateField);
    }

    /// The part of `of` that `request` asks for, if it asks for one that there is.
    ByteRange.Kind rangeOf(MemorySegment buffer, RequestFields request, HttpContent of, long nowSecond) {
        final boolean isAsked = request.range().isPresent()
                && of.hasValidators()
                && Preconditions.permitsRange(buffer, request.ifRange(), of, nowSecond);
        return isAsked ? range.parse(buffer, request.range(), of.length()) : ByteRange.Kind.WHOLE;
    }

    /// Ends the head of an answer with `all`, and lets that follow.
    void whole(HttpContent all, boolean withBody) {
        head.content(all);
        if (withBody) {
            content = all;
            length = all.length();
        }
    }

    /// As above, with the part found last.
    void part(HttpContent of) {
        head.part(of, range);
        content = of;
        first = range.first();
        length = range.length();
    }

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
                : to.write(memory, first + contentSent, (int) rest);
        if (contentSent < length) {
            return Progress.BLOCKED;
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
