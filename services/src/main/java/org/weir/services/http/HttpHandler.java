package org.weir.services.http;

/// Answers requests with what it makes at that moment.
@FunctionalInterface
public interface HttpHandler {
    /// A request's head has arrived. Called in the owner's thread: it answers by the methods of `exchange`, now or
    /// later, and waits for nothing. What it throws is answered by 500, if nothing was answered before.
    void handle(HttpExchange exchange);
}
