package org.weir.services.tftp;

import java.lang.foreign.MemorySegment;

/// Takes a file as it arrives. Called in the owner's thread.
public interface TftpSink {
    /// Takes the next `length` octets, at `offset` of `source` (borrowed).
    ///
    /// @throws TftpRefusal if they cannot be kept: the transfer ends, and [#abort] follows
    void write(MemorySegment source, long offset, int length) throws TftpRefusal;

    /// All of the file is there: time to verify it, before its last block is acknowledged.
    ///
    /// @throws TftpRefusal if it is not wanted: the other end is told, and [#abort] follows
    void complete() throws TftpRefusal;

    /// The transfer has failed: what was taken is to be forgotten.
    void abort();
}
