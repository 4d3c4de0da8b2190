package org.weir.services.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/// Composes the head of an answer that a handler gives.
final class DynamicHead {
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;

    private DynamicHead() {}

    /// RFC 9110 sections 15.3.5 and 15.4.5.
    static boolean mayHaveBody(int status) {
        return status != NO_CONTENT && status != NOT_MODIFIED;
    }

    /// @param length of the body, or [DynamicAnswer#UNKNOWN]
    /// @throws IllegalArgumentException if the status is not one of a final answer
    static byte[] of(int status, String type, long length, HttpExchange exchange) {
        if (status < 200 || status > 599) {
            throw new IllegalArgumentException("status " + status + " is not in 200 to 599");
        }
        final HttpConnection connection = exchange.connection();
        final boolean isHttp10 = exchange.request().isHttp10();
        final StringBuilder head = new StringBuilder(256);
        head.append("HTTP/1.1 ")
                .append(status)
                .append(' ')
                .append(reason(status))
                .append("\r\nServer: Weir\r\n");
        head.append(new String(connection.dateField(), ISO_8859_1));
        if (length == DynamicAnswer.UNKNOWN && isHttp10) {
            connection.endsWithAnswer(exchange);
        }
        if (connection.isLast(exchange)) {
            head.append("Connection: close\r\n");
        } else if (isHttp10) {
            head.append("Connection: keep-alive\r\n");
        }
        head.append(exchange.fields());
        if (mayHaveBody(status)) {
            head.append("Content-Type: ").append(type).append("\r\n");
            if (length != DynamicAnswer.UNKNOWN) {
                head.append("Content-Length: ").append(length).append("\r\n");
            } else if (!isHttp10) {
                head.append("Transfer-Encoding: chunked\r\n");
            }
        }
        return head.append("\r\n").toString().getBytes(ISO_8859_1);
    }

    /// Clients do not read it, RFC 9112 section 4.
    private static String reason(int status) {
        for (final HttpStatus known : HttpStatus.values()) {
            if (known.code() == status) {
                return known.reason();
            }
        }
        return "";
    }
}
