package org.weir.services.tftp;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// The files of a directory. No name leads out of it: names with `..`, hidden parts, backslashes or control characters
/// are refused, and so are links that lead elsewhere.
///
/// A file that is written appears under its name when it is whole, and takes no other's place.
public final class TftpDirectory implements TftpStorage {
    private static final int LONGEST_NAME = 255;

    private final Path root;
    private final boolean isWritable;
    private final long mostOctets;

    private TftpDirectory(Path root, boolean isWritable, long mostOctets) {
        this.root = root;
        this.isWritable = isWritable;
        this.mostOctets = mostOctets;
    }

    /// The files of `directory`, to be read.
    ///
    /// @throws IOException if it is not a directory
    public static TftpDirectory readOnly(Path directory) throws IOException {
        return new TftpDirectory(real(directory), false, 0);
    }

    /// The files of `directory`, and new ones of up to `mostOctets` octets each.
    ///
    /// @throws IOException if it is not a directory
    public static TftpDirectory writable(Path directory, long mostOctets) throws IOException {
        return new TftpDirectory(real(directory), true, mostOctets);
    }

    private static Path real(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new IOException("cannot serve " + directory + ": not a directory");
        }
        return directory.toRealPath();
    }

    @Override
    public MemorySegment open(String name) throws TftpRefusal {
        final Path file = resolve(name);
        try {
            final Path real = file.toRealPath();
            if (!real.startsWith(root) || !Files.isRegularFile(real)) {
                throw new TftpRefusal(TftpError.ACCESS_VIOLATION, "not a file of this server");
            }
            try (FileChannel channel = FileChannel.open(real, StandardOpenOption.READ)) {
                return channel.map(MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
            }
        } catch (NoSuchFileException _) {
            throw new TftpRefusal(TftpError.FILE_NOT_FOUND, "no such file");
        } catch (IOException _) {
            throw new TftpRefusal(TftpError.ACCESS_VIOLATION, "cannot be read");
        }
    }

    @Override
    public TftpSink create(String name, long announced) throws TftpRefusal {
        if (!isWritable) {
            throw new TftpRefusal(TftpError.ACCESS_VIOLATION, "this server takes no files");
        }
        if (announced > mostOctets) {
            throw new TftpRefusal(TftpError.DISK_FULL, "longer than the " + mostOctets + " octets that are taken");
        }
        final Path file = resolve(name);
        final Path directory = file.getParent();
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new TftpRefusal(TftpError.FILE_EXISTS, "the file exists");
        }
        try {
            if (directory == null || !directory.toRealPath().startsWith(root)) {
                throw new TftpRefusal(TftpError.ACCESS_VIOLATION, "not in this server's directory");
            }
            return FileSink.newFile(file, mostOctets);
        } catch (IOException _) {
            throw new TftpRefusal(TftpError.ACCESS_VIOLATION, "cannot be written");
        }
    }

    private Path resolve(String name) throws TftpRefusal {
        final String relative = name.startsWith("/") ? name.substring(1) : name;
        boolean isSound = !relative.isEmpty() && relative.length() <= LONGEST_NAME && relative.indexOf('\\') < 0;
        isSound &= relative.chars().noneMatch(Character::isISOControl);
        for (final String part : relative.split("/", -1)) {
            isSound &= !part.isEmpty() && !part.startsWith(".");
        }
        if (!isSound) {
            throw new TftpRefusal(TftpError.ACCESS_VIOLATION, "not the name of a file here");
        }
        try {
            return root.resolve(relative);
        } catch (InvalidPathException _) {
            throw new TftpRefusal(TftpError.ACCESS_VIOLATION, "not the name of a file here");
        }
    }
}
