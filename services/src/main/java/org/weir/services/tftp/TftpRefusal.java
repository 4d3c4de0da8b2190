package org.weir.services.tftp;

/// A file cannot be read or written, and the other end is told why in one line.
public final class TftpRefusal extends Exception {
    private static final long serialVersionUID = 1;

    private final TftpError error;

    public TftpRefusal(TftpError error, String message) {
        super(message);
        this.error = error;
    }

    public TftpError error() {
        return error;
    }
}
