package org.weir.cli.show;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.weir.cli.capture.CaptureCounts;
import org.weir.cli.capture.CaptureWriter;
import org.weir.cli.capture.CapturedFrame;
import org.weir.link.Framing;

/// Where captured frames go.
interface FrameTarget extends AutoCloseable {
    void take(CapturedFrame frame) throws IOException;

    /// The capture is one of these interfaces.
    default void begin(JsonArray interfaces) throws IOException {}

    /// The capture has ended; null if nobody knows what became of its frames.
    default void end(@Nullable CaptureCounts counts) throws IOException {}

    @Override
    default void close() throws IOException {}

    /// A line for each frame.
    static FrameTarget print(PrintWriter out, Function<CapturedFrame, String> line) {
        return frame -> {
            out.println(line.apply(frame));
            out.flush();
        };
    }

    /// A file in pcapng format; each frame is written at once.
    static FrameTarget write(OutputStream file, int snapLength) throws IOException {
        final WritableByteChannel channel = Channels.newChannel(file);
        final CaptureWriter writer = new CaptureWriter(
                octets -> {
                    while (octets.hasRemaining()) {
                        channel.write(octets);
                    }
                },
                snapLength);
        return new FrameTarget() {
            private long latestNs;

            @Override
            public void begin(JsonArray interfaces) throws IOException {
                for (final JsonElement each : interfaces) {
                    final JsonObject one = each.getAsJsonObject();
                    writer.describe(
                            one.get("name").getAsString(),
                            Framing.valueOf(one.get("framing").getAsString()));
                }
            }

            @Override
            public void take(CapturedFrame frame) throws IOException {
                latestNs = frame.epochNs();
                writer.write(frame);
            }

            @Override
            public void end(@Nullable CaptureCounts counts) throws IOException {
                if (counts != null) {
                    writer.end(counts, latestNs);
                }
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    }
}
