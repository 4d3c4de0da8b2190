package org.weir.cli.manage;

/// A request that cannot be done; the client is told why.
final class RequestException extends Exception {
    private static final long serialVersionUID = 1L;

    RequestException(String message) {
        super(message);
    }
}
