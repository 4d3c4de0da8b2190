package org.weir.drivers;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.weir.link.CaptureSink;

/// A capture file. Writing to it allocates nothing and never fails the stack: once the disk refuses, the rest of
/// the capture is left out and [#close] says why.
public final class CaptureFile implements CaptureSink, AutoCloseable {
    private static final int PERMISSIONS = 0666;
    private static final int CLOSED = -1;

    private final Path path;
    private int fd;
    private int errno;

    private CaptureFile(Path path, int fd) {
        this.path = path;
        this.fd = fd;
    }

    /// Makes the file, or empties it if it is there.
    ///
    /// @throws IOException if that fails; the message names the file and the cause
    public static CaptureFile create(Path path) throws IOException {
        Libc.exercise();
        final int flags = Libc.O_WRONLY | Libc.O_CREAT | Libc.O_TRUNC | Libc.O_CLOEXEC;
        final int fd = Libc.open(path.toString(), flags, PERMISSIONS);
        if (fd < 0) {
            throw new IOException("cannot write the capture file " + path + ": " + Libc.strerror(-fd));
        }
        return new CaptureFile(path, fd);
    }

    /// As [CaptureSink#write].
    ///
    /// @throws IllegalArgumentException if `memory` is on the heap
    @Override
    public void write(MemorySegment memory, long offset, long length) {
        if (!memory.isNative()) {
            throw new IllegalArgumentException("a capture is written from native memory only");
        }
        long written = 0;
        while (written < length && errno == 0 && fd != CLOSED) {
            written += writeSome(memory.address() + offset + written, length - written);
        }
    }

    private long writeSome(long address, long count) {
        final long written = Libc.write(fd, address, count);
        if (written >= 0) {
            return written;
        }
        final long result = Libc.capturedWrite(fd, address, count);
        if (result >= 0) {
            return result;
        }
        if (result != -Errno.EINTR) {
            errno = (int) -result;
        }
        return 0;
    }

    /// @throws IOException if not everything was written; the message names the file and the cause
    @Override
    public void close() throws IOException {
        if (fd == CLOSED) {
            return;
        }
        final int result = Libc.close(fd);
        fd = CLOSED;
        final int failure = errno != 0 ? errno : -result;
        if (failure != 0) {
            throw new IOException("the capture file " + path + " is not complete: " + Libc.strerror(failure));
        }
    }
}
