package org.weir.services.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

/// The answers that the HTTP server gives by itself, RFC 9110 section 15.
enum HttpStatus {
    OK(200, "OK", false),
    PARTIAL_CONTENT(206, "Partial Content", false),
    MOVED_PERMANENTLY(301, "Moved Permanently", false),
    NOT_MODIFIED(304, "Not Modified", false),
    /// The request is not HTTP, or contradicts itself: where the next one begins is unknown.
    BAD_REQUEST(400, "Bad Request", true),
    NOT_FOUND(404, "Not Found", false),
    METHOD_NOT_ALLOWED(405, "Method Not Allowed", false),
    REQUEST_TIMEOUT(408, "Request Timeout", true),
    PRECONDITION_FAILED(412, "Precondition Failed", false),
    CONTENT_TOO_LARGE(413, "Content Too Large", true),
    URI_TOO_LONG(414, "URI Too Long", true),
    RANGE_NOT_SATISFIABLE(416, "Range Not Satisfiable", false),
    EXPECTATION_FAILED(417, "Expectation Failed", true),
    HEADER_FIELDS_TOO_LARGE(431, "Request Header Fields Too Large", true),
    /// A handler has failed.
    INTERNAL_SERVER_ERROR(500, "Internal Server Error", true),
    NOT_IMPLEMENTED(501, "Not Implemented", true),
    VERSION_NOT_SUPPORTED(505, "HTTP Version Not Supported", true);

    private final int code;
    private final String reason;
    private final boolean isLast;

    // Constants all the same: nobody writes to them.
    @SuppressWarnings("ImmutableEnumChecker")
    private final byte[] statusLine;

    @SuppressWarnings("ImmutableEnumChecker")
    private final byte[] text;

    HttpStatus(int code, String reason, boolean isLast) {
        this.code = code;
        this.reason = reason;
        this.isLast = isLast;
        this.statusLine = ("HTTP/1.1 " + code + " " + reason + "\r\n").getBytes(US_ASCII);
        this.text = (code + " " + reason + "\n").getBytes(US_ASCII);
    }

    int code() {
        return code;
    }

    String reason() {
        return reason;
    }

    /// True if the connection ends with this answer.
    boolean isLast() {
        return isLast;
    }

    /// The first line of the answer. Not to be changed.
    byte[] statusLine() {
        return statusLine;
    }

    /// The body of an answer that has nothing better to say. Not to be changed.
    byte[] text() {
        return text;
    }
}
