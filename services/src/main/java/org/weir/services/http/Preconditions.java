package org.weir.services.http;

import java.lang.foreign.MemorySegment;

/// Whether a request for some content is to be answered with it, in the order of RFC 9110 section 13.2.2.
final class Preconditions {
    private Preconditions() {}

    /// [HttpStatus#OK], [HttpStatus#NOT_MODIFIED] or [HttpStatus#PRECONDITION_FAILED].
    ///
    /// @param fields of the request, whose octets are in `buffer`
    static HttpStatus evaluate(MemorySegment buffer, RequestFields fields, HttpContent content) {
        if (fields.ifMatch().isPresent()) {
            if (!EntityTags.anyIs(buffer, fields.ifMatch(), content.entityTag(), false)) {
                return HttpStatus.PRECONDITION_FAILED;
            }
        } else if (isAfter(content, date(buffer, fields.ifUnmodifiedSince()))) {
            return HttpStatus.PRECONDITION_FAILED;
        }
        if (fields.ifNoneMatch().isPresent()) {
            return EntityTags.anyIs(buffer, fields.ifNoneMatch(), content.entityTag(), true)
                    ? HttpStatus.NOT_MODIFIED
                    : HttpStatus.OK;
        }
        final long since = date(buffer, fields.ifModifiedSince());
        final boolean isKnown = since != HttpDateParser.NONE && content.hasValidators();
        return isKnown && !isAfter(content, since) ? HttpStatus.NOT_MODIFIED : HttpStatus.OK;
    }

    /// True if the range that is asked for is one of this content and not of an earlier state: RFC 9110 section
    /// 13.1.5. A date says so only if the content has been as it is for a second.
    static boolean permitsRange(MemorySegment buffer, FieldValue ifRange, HttpContent content, long nowSecond) {
        if (!ifRange.isPresent()) {
            return true;
        }
        return Ascii.is(buffer, ifRange.from(), ifRange.to(), content.entityTag())
                || date(buffer, ifRange) == content.lastModifiedSecond() && content.lastModifiedSecond() < nowSecond;
    }

    private static long date(MemorySegment buffer, FieldValue field) {
        return field.isPresent() ? HttpDateParser.parse(buffer, field.from(), field.to()) : HttpDateParser.NONE;
    }

    /// The content was modified after `second`, which is a date.
    private static boolean isAfter(HttpContent content, long second) {
        return second != HttpDateParser.NONE && content.lastModifiedSecond() > second;
    }
}
