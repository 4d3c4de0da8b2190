package org.weir.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.weir.drivers.HostProcess;

/// Where the control socket is unless something else is said: the same place as `libweir.so` looks.
final class ControlPath {
    /// Names another place.
    static final String VARIABLE = "WEIR_SOCKET";

    private static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rwx------");

    private ControlPath() {}

    /// `WEIR_SOCKET`, or a file in `XDG_RUNTIME_DIR` or in a directory of the user's own, which is made.
    ///
    /// @throws IOException if that directory is somebody else's or open to others
    static Path standard() throws IOException {
        final String given = System.getenv(VARIABLE);
        if (given != null && !given.isEmpty()) {
            return Path.of(given).toAbsolutePath();
        }
        final String runtime = System.getenv("XDG_RUNTIME_DIR");
        if (runtime != null && !runtime.isEmpty() && isOwn(Path.of(runtime))) {
            return Path.of(runtime, "weir.sock");
        }
        final Path directory = Path.of("/tmp/weir-" + HostProcess.effectiveUserId());
        final FileAttribute<Set<PosixFilePermission>> closed = PosixFilePermissions.asFileAttribute(PRIVATE);
        if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(directory, closed);
        }
        if (!isOwn(directory) || !PRIVATE.equals(Files.getPosixFilePermissions(directory, LinkOption.NOFOLLOW_LINKS))) {
            throw new IOException(directory + " is not a private directory of this user");
        }
        return directory.resolve("control");
    }

    private static boolean isOwn(Path directory) throws IOException {
        final @Nullable Object owner = Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
                ? Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS)
                : null;
        return owner instanceof Integer uid && uid == HostProcess.effectiveUserId();
    }
}
