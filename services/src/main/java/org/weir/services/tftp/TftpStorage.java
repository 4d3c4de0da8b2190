package org.weir.services.tftp;

import java.lang.foreign.MemorySegment;

/// Where a server's files are. Called in the owner's thread.
public interface TftpStorage {
    /// The content of a file, valid as long as it is referred to.
    ///
    /// @throws TftpRefusal if it cannot be read
    MemorySegment open(String name) throws TftpRefusal;

    /// Begins to write a file.
    ///
    /// @param announced octets that the client says it has; -1 if it does not
    /// @throws TftpRefusal if it cannot be written
    TftpSink create(String name, long announced) throws TftpRefusal;
}
