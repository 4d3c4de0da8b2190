package org.weir.cli.manage;

import java.io.IOException;

/// Answers one kind of request.
@FunctionalInterface
interface Question {
    /// Writes the answer; the end of the answer too.
    ///
    /// @throws RequestException if the request cannot be done
    /// @throws IOException if the client has gone
    void answer(Request request, Exchange exchange) throws IOException, RequestException;
}
