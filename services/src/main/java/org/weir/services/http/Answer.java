package org.weir.services.http;

/// What is sent for one request.
interface Answer {
    /// How far it is.
    enum Progress {
        /// All of it was written.
        DONE,
        /// It goes on when the client has taken something.
        BLOCKED,
        /// It goes on when there is more of it.
        WAITING
    }

    /// Writes what can be written now.
    Progress send(OctetStream to);

    /// Octets written so far.
    long sent();
}
