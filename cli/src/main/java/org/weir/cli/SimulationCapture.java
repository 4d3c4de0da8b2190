package org.weir.cli;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.weir.drivers.CaptureFile;
import org.weir.link.CaptureLink;
import org.weir.link.Link;
import org.weir.link.PcapngWriter;
import org.weir.testkit.LinkTap;

/// Captures what the client of a simulated network sends and receives; times count from 1970.
final class SimulationCapture implements LinkTap, AutoCloseable {
    private static final int BUFFER = 256 * 1024;
    private static final String CAPTURED = "client";

    private final @Nullable CaptureFile file;

    private SimulationCapture(@Nullable CaptureFile file) {
        this.file = file;
    }

    /// A capture in the file `path`; none if it is null.
    ///
    /// @throws IOException if the file cannot be written
    static SimulationCapture to(@Nullable Path path) throws IOException {
        return new SimulationCapture(path == null ? null : CaptureFile.create(path));
    }

    @Override
    public Link on(String host, Link link) {
        if (file == null || !host.equals(CAPTURED)) {
            return link;
        }
        return new CaptureLink(
                link,
                new PcapngWriter(
                        Arena.ofAuto().allocate(BUFFER),
                        file,
                        link.capabilities().framing(),
                        0));
    }

    /// @throws IOException if the capture is not complete
    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}
