package org.weir.cli;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Where `libweir.so` is: the build leaves it at the root.
final class Library {
    /// The dynamic linker's variable.
    static final String PRELOAD = "LD_PRELOAD";

    private static final String NAME = "libweir.so";

    private Library() {}

    /// @throws Failure if it was not built
    static Path find() throws Failure {
        final Path program;
        try {
            program = Path.of(Library.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
        for (Path directory = program.getParent(); directory != null; directory = directory.getParent()) {
            final Path library = directory.resolve(NAME);
            if (Files.isRegularFile(library)) {
                return library;
            }
        }
        throw new Failure(
                NAME + " was not built: that needs a C compiler and make, as scripts/install-tools.sh installs");
    }
}
