package org.weir.benchmarks.report;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Where the sources of this project are: above the classes, which are run from its `target` directories.
public final class ProjectDirectory {
    private static final Path MARK = Path.of("benchmarks", "peers", "build.sh");

    private ProjectDirectory() {}

    /// @throws IOException if the classes are not where the build puts them
    public static Path find() throws IOException {
        final Path classes = classes();
        for (Path at = classes; at != null; at = at.getParent()) {
            if (Files.isRegularFile(at.resolve(MARK))) {
                return at;
            }
        }
        throw new IOException(
                "no " + MARK + " above " + classes + ": this benchmark runs in a checkout of the project");
    }

    private static @Nullable Path classes() {
        final var source = ProjectDirectory.class.getProtectionDomain().getCodeSource();
        try {
            return source == null ? null : Path.of(source.getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
