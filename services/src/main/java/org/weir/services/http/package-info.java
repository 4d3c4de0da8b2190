/// An HTTP/1.1 server, RFC 9110 and RFC 9112, on the raw interface of the stack, in plain or over TLS.
///
/// [org.weir.services.http.HttpServer] accepts; an `HttpConnection` for each client reads requests and sends answers;
/// an [org.weir.services.http.HttpSite] says what there is.
@NullMarked
package org.weir.services.http;

import org.jspecify.annotations.NullMarked;
