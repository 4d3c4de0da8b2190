package org.weir.cli.manage;

import java.nio.file.Path;

/// Where the management socket of a host is: beside its control socket, so that one path names both.
public final class ManagePath {
    private static final String SUFFIX = ".manage";

    private ManagePath() {}

    /// The management socket of the host whose control socket is `control`.
    public static Path beside(Path control) {
        return control.resolveSibling(control.getFileName() + SUFFIX);
    }
}
