package org.weir.services.tftp;

/// What the two ends of a transfer agree on.
///
/// @param blockSize octets in each block but the last, 8 to 65464 (RFC 2348)
/// @param windowSize blocks before an acknowledgment, 1 to 65535 (RFC 7440)
/// @param timeoutSeconds seconds before something is sent again, 1 to 255 (RFC 2349); 0 for one second, then two, and
///     so on up to eight
/// @param transferSize octets of the file (RFC 2349); -1 if not told
public record TftpOptions(int blockSize, int windowSize, int timeoutSeconds, long transferSize) {
    /// What holds without options, RFC 1350.
    public static final TftpOptions NONE = new TftpOptions(512, 1, 0, -1);

    static final int LEAST_BLOCK = 8;
    static final int LARGEST_BLOCK = 65_464;
    static final int LARGEST_WINDOW = 65_535;
    static final int LONGEST_TIMEOUT = 255;

    /// @throws IllegalArgumentException if a value is out of range
    public TftpOptions {
        check("block size", blockSize, LEAST_BLOCK, LARGEST_BLOCK);
        check("window size", windowSize, 1, LARGEST_WINDOW);
        check("time-out", timeoutSeconds, 0, LONGEST_TIMEOUT);
        if (transferSize < -1) {
            throw new IllegalArgumentException("TFTP transfer size " + transferSize + " is negative");
        }
    }

    private static void check(String what, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException("TFTP " + what + " " + value + " is not in " + least + " to " + most);
        }
    }

    public TftpOptions withBlockSize(int octets) {
        return new TftpOptions(octets, windowSize, timeoutSeconds, transferSize);
    }

    public TftpOptions withWindowSize(int blocks) {
        return new TftpOptions(blockSize, blocks, timeoutSeconds, transferSize);
    }

    public TftpOptions withTimeout(int seconds) {
        return new TftpOptions(blockSize, windowSize, seconds, transferSize);
    }

    public TftpOptions withTransferSize(long octets) {
        return new TftpOptions(blockSize, windowSize, timeoutSeconds, octets);
    }
}
