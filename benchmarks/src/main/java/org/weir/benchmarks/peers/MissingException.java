package org.weir.benchmarks.peers;

/// A contestant cannot take part here; the message says what it needs.
public final class MissingException extends Exception {
    private static final long serialVersionUID = 1;

    MissingException(String message) {
        super(message);
    }
}
