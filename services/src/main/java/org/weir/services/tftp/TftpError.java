package org.weir.services.tftp;

/// Why a transfer ends: the codes of RFC 1350 section 5 and RFC 2347, and what this end finds by itself.
public enum TftpError {
    /// Told by a message alone.
    UNDEFINED(0, "not defined"),
    FILE_NOT_FOUND(1, "file not found"),
    ACCESS_VIOLATION(2, "access violation"),
    DISK_FULL(3, "disk full or allocation exceeded"),
    ILLEGAL_OPERATION(4, "illegal TFTP operation"),
    UNKNOWN_TRANSFER(5, "unknown transfer"),
    FILE_EXISTS(6, "file already exists"),
    NO_SUCH_USER(7, "no such user"),
    /// RFC 2347.
    OPTIONS_REFUSED(8, "options refused"),
    /// The other end has stopped answering; it is not told.
    TIMED_OUT(-1, "no answer"),
    /// ICMP says that nobody is there.
    UNREACHABLE(-1, "unreachable"),
    /// [TftpTransfer#cancel] at this end.
    CANCELLED(0, "cancelled");

    private final int code;
    private final String sentence;

    TftpError(int code, String sentence) {
        this.code = code;
        this.sentence = sentence;
    }

    /// The number in a packet; -1 for what is not sent.
    int code() {
        return code;
    }

    /// What it says when nobody says more.
    public String sentence() {
        return sentence;
    }

    /// The error with this number; [#UNDEFINED] for one that is not known.
    static TftpError of(int code) {
        for (final TftpError each : values()) {
            if (each.code == code) {
                return each;
            }
        }
        return UNDEFINED;
    }
}
