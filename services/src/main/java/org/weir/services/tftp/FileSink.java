package org.weir.services.tftp;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;

/// A file that is being written. It has a hidden name beside its own until it is whole, and leaves nothing if it never
/// is.
public final class FileSink implements TftpSink {
    private final Path file;
    private final Path part;
    private final FileChannel channel;
    private final long mostOctets;
    private final boolean mayReplace;
    private long octets;

    private FileSink(Path file, long mostOctets, boolean mayReplace) throws IOException {
        this.file = file.toAbsolutePath();
        this.mostOctets = mostOctets;
        this.mayReplace = mayReplace;
        final String hidden =
                ".tftp-" + Long.toHexString(ThreadLocalRandom.current().nextLong()) + ".part";
        this.part = this.file.resolveSibling(hidden);
        this.channel = FileChannel.open(part, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
    }

    /// For a file that is not there, of up to `mostOctets` octets.
    ///
    /// @throws IOException if its directory takes no files
    static FileSink newFile(Path file, long mostOctets) throws IOException {
        return new FileSink(file, mostOctets, false);
    }

    /// For a file that takes the place of one of its name, or of what a link of its name leads to.
    ///
    /// @throws IOException if its directory takes no files, or there is something else than a file
    public static FileSink replacing(Path file) throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new IOException("it is no regular file");
        }
        return new FileSink(Files.exists(file) ? file.toRealPath() : file, Long.MAX_VALUE, true);
    }

    @Override
    public void write(MemorySegment source, long offset, int length) throws TftpRefusal {
        octets += length;
        if (octets > mostOctets) {
            throw new TftpRefusal(TftpError.DISK_FULL, "longer than the " + mostOctets + " octets that are taken");
        }
        try {
            final ByteBuffer buffer = source.asSlice(offset, length).asByteBuffer();
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        } catch (IOException _) {
            throw new TftpRefusal(TftpError.DISK_FULL, "no space left, or a fault of the disk");
        }
    }

    @Override
    public void complete() throws TftpRefusal {
        try {
            channel.close();
            if (!mayReplace && Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                throw new TftpRefusal(TftpError.FILE_EXISTS, "the file exists");
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException _) {
            throw new TftpRefusal(TftpError.ACCESS_VIOLATION, "cannot be written");
        }
    }

    @Override
    public void abort() {
        try {
            channel.close();
            Files.deleteIfExists(part);
        } catch (IOException _) {
            // Its hidden name keeps it from everybody.
        }
    }
}
