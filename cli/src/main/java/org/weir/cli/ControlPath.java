package org.weir.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.weir.drivers.HostProcess;

/// Where the control socket is unless something else is said: the same place as `libweir.so` looks.
public final class ControlPath {
    /// Names another place.
    public static final String VARIABLE = "WEIR_SOCKET";

    private static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rwx------");

    private ControlPath() {}

    /// `WEIR_SOCKET`, or a file in `XDG_RUNTIME_DIR` or in a directory of the user's own, which is made.
    ///
    /// @throws IOException if that directory is somebody else's or open to others
    public static Path standard() throws IOException {
        final String given = System.getenv(VARIABLE);
        if (given != null && !given.isEmpty()) {
            return Path.of(given).toAbsolutePath();
        }
        final String runtime = System.getenv("XDG_RUNTIME_DIR");
        if (runtime != null && !runtime.isEmpty() && isPrivate(Path.of(runtime))) {
            return Path.of(runtime, "weir.sock");
        }
        final Path directory = Path.of("/tmp/weir-" + HostProcess.effectiveUserId());
        final FileAttribute<Set<PosixFilePermission>> closed = PosixFilePermissions.asFileAttribute(PRIVATE);
        if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(directory, closed);
        }
        if (!isPrivate(directory)) {
            throw new IOException(directory + " is not this user's, or others may write to it");
        }
        return directory.resolve("control");
    }

    /// A directory of this user's in which nobody else may put a socket: as `is_private` in `start.c`.
    private static boolean isPrivate(Path directory) throws IOException {
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        final Object owner = Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        final Set<PosixFilePermission> permissions =
                Files.getPosixFilePermissions(directory, LinkOption.NOFOLLOW_LINKS);
        return owner instanceof Integer uid
                && uid == HostProcess.effectiveUserId()
                && !permissions.contains(PosixFilePermission.GROUP_WRITE)
                && !permissions.contains(PosixFilePermission.OTHERS_WRITE);
    }
}
