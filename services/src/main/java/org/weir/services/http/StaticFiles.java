package org.weir.services.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The files of a directory, mapped into memory and sent from there.
///
/// The directory is read once, when this is made: a request is a look-up in a table, so no path leads out of the
/// directory, and a new file is served after the next start. A file that is served is looked at again when it is asked
/// for and a second has passed since the last time; if it was replaced or written to, it is mapped anew, under another
/// entity tag. What is being sent by then is sent on from the old mapping: whoever replaces a file does so under a new
/// name and renames it, so that everybody gets either of the two. A file that is cut short in place ends connections
/// that would have had what is gone; see `docs/http.md`.
///
/// Left out are files that are hidden (their name, or a directory's, begins with a dot), symbolic links that lead out
/// of the directory, and links to directories. A path that ends in `/` names the `index.html` there, and the same path
/// without it leads there.
public final class StaticFiles implements HttpSite {
    private static final String INDEX = "index.html";
    private static final int MOST_FILES = 1 << 16;
    private static final int FNV_OFFSET = 0x811C_9DC5;
    private static final int FNV_PRIME = 0x0100_0193;
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private final @Nullable Entry[] table;
    private final LongSupplier clock;

    /// One path that is served.
    private static final class Entry {
        private final byte[] path;
        private final ServedFile file;
        private final int hash;
        private final @Nullable Entry next;

        Entry(byte[] path, int hash, ServedFile file, @Nullable Entry next) {
            this.path = path;
            this.file = file;
            this.hash = hash;
            this.next = next;
        }
    }

    private StaticFiles(List<Path> files, Path root, LongSupplier clock, boolean byReference) {
        this.clock = clock;
        table = new Entry[Math.max(16, Integer.highestOneBit(files.size()) * 4)];
        for (final Path file : files) {
            add(root.relativize(file).toString(), new ServedFile(file, root, byReference));
        }
    }

    private void add(String path, ServedFile file) {
        put(path.getBytes(UTF_8), file);
        if (path.equals(INDEX) || path.endsWith("/" + INDEX)) {
            final String directory = path.substring(0, path.length() - INDEX.length());
            put(directory.getBytes(UTF_8), file);
            redirect(directory);
        }
    }

    /// Relative references in an index lead elsewhere without the slash behind its directory.
    private void redirect(String directory) {
        final String location = "/" + percentEncoded(directory);
        if (!directory.isEmpty() && location.length() <= HttpContent.LONGEST_LOCATION) {
            final String path = directory.substring(0, directory.length() - 1);
            put(path.getBytes(UTF_8), new ServedFile(HttpContent.movedTo(location)));
        }
    }

    private static String percentEncoded(String path) {
        final StringBuilder encoded = new StringBuilder();
        for (final byte octet : path.getBytes(UTF_8)) {
            if (octet == '/' || Ascii.isUnreserved(octet)) {
                encoded.append((char) octet);
            } else {
                encoded.append('%').append(HEX.toHexDigits(octet));
            }
        }
        return encoded.toString();
    }

    private void put(byte[] path, ServedFile file) {
        final int hash = hash(MemorySegment.ofArray(path), 0, path.length);
        final int slot = hash & table.length - 1;
        table[slot] = new Entry(path, hash, file, table[slot]);
    }

    /// Serves what is in `directory` now.
    ///
    /// @throws IOException if it cannot be read, or holds more than 65,536 files; the message says so
    public static StaticFiles of(Path directory) throws IOException {
        return of(directory, System::nanoTime, true);
    }

    /// As above, for a stack that itself reads what it sends: for a link without offload, to encrypt or to capture
    /// it. What is sent is copied, so that a file that is cut short meanwhile ends its connection and not the
    /// stack.
    ///
    /// @throws IOException as above
    public static StaticFiles copying(Path directory) throws IOException {
        return of(directory, System::nanoTime, false);
    }

    /// As above, with another clock: nanoseconds from any time on.
    static StaticFiles of(Path directory, LongSupplier clock, boolean byReference) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new IOException("cannot serve " + directory + ": not a directory");
        }
        try {
            final Path root = directory.toRealPath();
            final Collector collector = new Collector(root);
            Files.walkFileTree(root, collector);
            return new StaticFiles(collector.files, root, clock, byReference);
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
            return !path.equals(root) && ServedFile.isHidden(path);
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
                return ServedFile.isWithin(root, real) && Files.isRegularFile(real) && Files.isReadable(real);
            } catch (IOException _) {
                return false; // It leads nowhere.
            }
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
        return entry == null ? null : entry.file.content(clock.getAsLong());
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
