package org.weir.services.tftp;

/// What a server grants at most.
///
/// @param transfers at once, at least 1
/// @param blockSize octets, 8 to 65464
/// @param windowSize blocks, 1 to 65535
public record TftpLimits(int transfers, int blockSize, int windowSize) {
    /// 16 transfers, any block size, windows of 64 blocks.
    public static final TftpLimits DEFAULTS = new TftpLimits(16, TftpOptions.LARGEST_BLOCK, 64);

    /// @throws IllegalArgumentException if a value is out of range
    public TftpLimits {
        if (transfers < 1) {
            throw new IllegalArgumentException("TFTP transfers of " + transfers + " are less than 1");
        }
        TftpOptions.NONE.withBlockSize(blockSize).withWindowSize(windowSize);
    }

    /// What of `asked` is granted; the transfer size is left out.
    TftpOptions within(TftpOptions asked) {
        return new TftpOptions(
                Math.min(asked.blockSize(), blockSize),
                Math.min(asked.windowSize(), windowSize),
                asked.timeoutSeconds(),
                -1);
    }
}
