package org.weir.services.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// The head of a request, kept for as long as its handler wants.
public final class HttpRequest {
    private final String method;
    private final String path;
    private final @Nullable String query;
    private final String fields;
    private final boolean isHttp10;

    private HttpRequest(MemorySegment buffer, RequestHead head) {
        final RequestTarget target = head.target();
        method = text(buffer, head.start(), head.methodEnd());
        path = new String(octets(buffer, target.pathStart(), target.pathEnd()), UTF_8);
        query = target.hasQuery() ? text(buffer, target.queryStart(), target.queryEnd()) : null;
        fields = text(buffer, head.fieldsStart(), head.end());
        isHttp10 = head.isHttp10();
    }

    static HttpRequest of(MemorySegment buffer, RequestHead head) {
        return new HttpRequest(buffer, head);
    }

    private static byte[] octets(MemorySegment buffer, int from, int to) {
        return buffer.asSlice(from, to - from).toArray(ValueLayout.JAVA_BYTE);
    }

    private static String text(MemorySegment buffer, int from, int to) {
        return new String(octets(buffer, from, to), ISO_8859_1);
    }

    /// As in RFC 9110 section 9.1: `GET`, say.
    public String method() {
        return method;
    }

    /// Decoded, without the leading `/`.
    public String path() {
        return path;
    }

    /// What is behind the `?`, as it was sent; null if there is none.
    public @Nullable String query() {
        return query;
    }

    /// The query as a form.
    public HttpForm queryForm() {
        return HttpForm.parse(query == null ? "" : query);
    }

    /// The value of a header field, whatever the case of its name; null if there is none. Those of several fields
    /// are joined by commas, RFC 9110 section 5.3.
    public @Nullable String field(String name) {
        String value = null;
        for (final String line : fields.split("\n", -1)) {
            final int colon = line.indexOf(':');
            if (colon == name.length() && line.regionMatches(true, 0, name, 0, colon)) {
                final String more = line.substring(colon + 1).strip();
                value = value == null ? more : value + ", " + more;
            }
        }
        return value;
    }

    boolean isHttp10() {
        return isHttp10;
    }

    boolean isHead() {
        return method.equals("HEAD");
    }

    @Override
    public String toString() {
        return method + " /" + path;
    }
}
