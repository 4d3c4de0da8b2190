package org.weir.services.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The files of a directory, mapped into memory and sent from there.
///
/// The directory is read once, when this is made: a request is a look-up in a table and touches the file system only
/// to map the file that is asked for first. So no path leads out of the directory. A file's length is that of its
/// first request; whoever replaces a file does so under a new name and renames it, and never shortens it in place.
/// Left out are files that are hidden (their name, or a directory's, begins with a dot), symbolic links that lead out
/// of the directory, and links to directories. A path that ends in `/` names the `index.html` there.
public final class StaticFiles implements HttpSite {
    private static final String INDEX = "index.html";
    private static final int MOST_FILES = 1 << 16;
    private static final int FNV_OFFSET = 0x811C_9DC5;
    private static final int FNV_PRIME = 0x0100_0193;

    private final @Nullable Entry[] table;

    /// One path that is served.
    private static final class Entry {
        private final byte[] path;
        private final Path file;
        private final int hash;
        private final @Nullable Entry next;
        private @Nullable HttpContent content;

        Entry(byte[] path, int hash, Path file, @Nullable Entry next) {
            this.path = path;
            this.file = file;
            this.hash = hash;
            this.next = next;
        }
    }

    private StaticFiles(List<Path> files, Path root) {
        table = new Entry[Math.max(16, Integer.highestOneBit(files.size()) * 4)];
        for (final Path file : files) {
            add(root.relativize(file).toString(), file);
        }
    }

    private void add(String path, Path file) {
        put(path.getBytes(UTF_8), file);
        if (path.equals(INDEX) || path.endsWith("/" + INDEX)) {
            put(path.substring(0, path.length() - INDEX.length()).getBytes(UTF_8), file);
        }
    }

    private void put(byte[] path, Path file) {
        final int hash = hash(MemorySegment.ofArray(path), 0, path.length);
        final int slot = hash & table.length - 1;
        table[slot] = new Entry(path, hash, file, table[slot]);
    }

    /// Serves what is in `directory` now.
    ///
    /// @throws IOException if it cannot be read, or holds more than 65,536 files; the message says so
    public static StaticFiles of(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new IOException("cannot serve " + directory + ": not a directory");
        }
        try {
            final Path root = directory.toRealPath();
            final Collector collector = new Collector(root);
            Files.walkFileTree(root, collector);
            return new StaticFiles(collector.files, root);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } catch (IOException e) {
            throw new IOException("cannot serve " + directory + ": " + e, e);
        }
    }

    /// Finds the files to serve.
    private static final class Collector extends SimpleFileVisitor<Path> {
        private final Path root;
        private final List<Path> files = new ArrayList<>();

        Collector(Path root) {
            this.root = root;
        }

        private boolean isHidden(Path path) {
            final Path name = path.getFileName();
            return !path.equals(root) && name != null && name.toString().startsWith(".");
        }

        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            return isHidden(directory) || !Files.isReadable(directory)
                    ? FileVisitResult.SKIP_SUBTREE
                    : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (!isHidden(file) && isServed(file, attributes)) {
                if (files.size() == MOST_FILES) {
                    throw new UncheckedIOException(
                            new IOException("cannot serve " + root + ": it holds more than " + MOST_FILES + " files"));
                }
                files.add(file);
            }
            return FileVisitResult.CONTINUE;
        }

        private boolean isServed(Path file, BasicFileAttributes attributes) {
            if (!attributes.isSymbolicLink()) {
                return attributes.isRegularFile() && Files.isReadable(file);
            }
            try {
                final Path real = file.toRealPath();
                return real.startsWith(root)
                        && !hasHiddenPart(root.relativize(real))
                        && Files.isRegularFile(real)
                        && Files.isReadable(real);
            } catch (IOException _) {
                return false; // It leads nowhere.
            }
        }

        private boolean hasHiddenPart(Path path) {
            for (final Path part : path) {
                if (isHidden(part)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) {
            return FileVisitResult.CONTINUE; // It went away meanwhile.
        }
    }

    @Override
    public @Nullable HttpContent find(MemorySegment path, int from, int to) {
        final int hash = hash(path, from, to);
        Entry entry = table[hash & table.length - 1];
        while (entry != null && (entry.hash != hash || !Ascii.is(path, from, to, entry.path))) {
            entry = entry.next;
        }
        if (entry == null) {
            return null;
        }
        if (entry.content == null) {
            entry.content = map(entry.file);
        }
        return entry.content;
    }

    /// The file's memory; it stays mapped for as long as a buffer refers to it. Null if the file has gone.
    private static @Nullable HttpContent map(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            final long size = channel.size();
            final MemorySegment memory =
                    size == 0 ? MemorySegment.NULL : channel.map(MapMode.READ_ONLY, 0, size, Arena.ofAuto());
            return HttpContent.rom(MediaTypes.of(file.toString()), memory);
        } catch (IOException _) {
            return null;
        }
    }

    /// FNV-1a (Fowler, Noll, Vo 1991). It needs no key: what is in the table is the directory's owner's choice.
    private static int hash(MemorySegment octets, int from, int to) {
        int hash = FNV_OFFSET;
        for (int at = from; at < to; at++) {
            hash = (hash ^ octets.get(ValueLayout.JAVA_BYTE, at) & 0xFF) * FNV_PRIME;
        }
        return hash;
    }
}
