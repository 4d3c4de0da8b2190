package org.weir.cli.show;

import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import org.weir.cli.capture.CapturedFrame;
import org.weir.cli.capture.FrameView;
import org.weir.link.Framing;
import org.weir.wire.MacAddress;
import org.weir.wire.PacketPrinter;

/// Prints captured frames, one line each.
final class FrameText {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSSSSS").withZone(ZoneId.systemDefault());
    private static final long NS_IN_SECOND = 1_000_000_000;

    private final PacketPrinter printer = new PacketPrinter();
    private final FrameView view = new FrameView();
    private final boolean withTime;
    private final boolean withLink;

    FrameText(boolean withTime, boolean withLink) {
        this.withTime = withTime;
        this.withLink = withLink;
    }

    static String summary(PacketPrinter printer, CapturedFrame frame) {
        final MemorySegment octets = MemorySegment.ofArray(frame.octets());
        return frame.framing() == Framing.ETHERNET
                ? printer.ethernet(octets, 0, frame.octets().length)
                : printer.ipv4(octets, 0, frame.octets().length);
    }

    String line(CapturedFrame frame) {
        final StringBuilder line = new StringBuilder();
        if (withTime) {
            final Instant time = Instant.ofEpochSecond(
                    Math.floorDiv(frame.epochNs(), NS_IN_SECOND), Math.floorMod(frame.epochNs(), NS_IN_SECOND));
            line.append(TIME.format(time)).append(' ');
        }
        line.append(frame.interfaceName()).append(frame.isOutbound() ? " Out " : " In  ");
        if (withLink && frame.framing() == Framing.ETHERNET) {
            appendLink(line, frame);
        }
        line.append(summary(printer, frame));
        final int missing = frame.length() - frame.octets().length;
        return missing == 0
                ? line.toString()
                : line.append(" [")
                        .append(missing)
                        .append(" octets not captured]")
                        .toString();
    }

    private void appendLink(StringBuilder line, CapturedFrame frame) {
        view.at(frame);
        if (view.hardwareSource() >= 0) {
            line.append(MacAddress.format(view.hardwareSource())).append(" > ");
            line.append(MacAddress.format(view.hardwareDestination()));
            line.append(", length ").append(frame.length()).append(": ");
        }
    }
}
