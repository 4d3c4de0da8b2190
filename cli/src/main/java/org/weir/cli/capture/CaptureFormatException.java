package org.weir.cli.capture;

import java.io.IOException;

/// A capture file that cannot be read; the message says why.
public final class CaptureFormatException extends IOException {
    private static final long serialVersionUID = 1L;

    CaptureFormatException(String message) {
        super(message);
    }
}
