package org.weir.services.http;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.weir.time.StackClock;

/// What one path of [StaticFiles] leads to: a file, which may change, or another path.
final class ServedFile {
    /// How long nobody looks whether the file has changed.
    private static final long TRUSTED_NS = StackClock.SECOND;

    private static final Path NONE = Path.of("");

    private final Path file;
    private final Path root;
    private final boolean byReference;
    private @Nullable HttpContent content;
    private boolean isFixed;
    private boolean wasLookedAt;
    private long lookedAtNs;
    private long modifiedNs;

    /// @param root what the file has to be in, whatever links there are
    /// @param byReference it is not copied as it is sent
    ServedFile(Path file, Path root, boolean byReference) {
        this.file = file;
        this.root = root;
        this.byReference = byReference;
    }

    ServedFile(HttpContent content) {
        this(NONE, NONE, false);
        this.content = content;
        isFixed = true;
    }

    static boolean isHidden(Path path) {
        final Path name = path.getFileName();
        return name != null && name.toString().startsWith(".");
    }

    /// True if `real` is in `root`, and nothing on the way is hidden.
    static boolean isWithin(Path root, Path real) {
        if (!real.startsWith(root)) {
            return false;
        }
        for (final Path part : root.relativize(real)) {
            if (isHidden(part)) {
                return false;
            }
        }
        return true;
    }

    /// Null if the file has gone. Allocates nothing unless the file is looked at.
    @Nullable
    HttpContent content(long nowNs) {
        if (!isFixed && (!wasLookedAt || nowNs - lookedAtNs >= TRUSTED_NS)) {
            wasLookedAt = true;
            lookedAtNs = nowNs;
            content = current();
        }
        return content;
    }

    /// The file is looked at before it is opened: if it is replaced in between, the next look will see that.
    private @Nullable HttpContent current() {
        try {
            final Path real = file.toRealPath();
            final BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
            if (!isWithin(root, real) || !attributes.isRegularFile()) {
                return null;
            }
            final long timeNs = attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS);
            if (content != null && timeNs == modifiedNs && attributes.size() == content.length()) {
                return content;
            }
            modifiedNs = timeNs;
            return map(real, timeNs);
        } catch (IOException _) {
            return null;
        }
    }

    /// The file's memory stays mapped for as long as a buffer refers to it.
    private HttpContent map(Path real, long timeNs) throws IOException {
        try (FileChannel channel = FileChannel.open(real, StandardOpenOption.READ)) {
            final long size = channel.size();
            final MemorySegment memory =
                    size == 0 ? MemorySegment.NULL : channel.map(MapMode.READ_ONLY, 0, size, Arena.ofAuto());
            final String tag = Long.toHexString(timeNs) + '-' + Long.toHexString(size);
            // RFC 9110 section 8.8.2.1: never later than the answer's own date.
            final long second = Math.min(timeNs / StackClock.SECOND, System.currentTimeMillis() / 1_000);
            final String type = MediaTypes.of(file.toString());
            final HttpContent made = byReference ? HttpContent.rom(type, memory) : HttpContent.copied(type, memory);
            return made.withValidators(tag, second);
        }
    }
}
