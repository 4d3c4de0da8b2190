package org.weir.cli.capture;

/// Says which frames are wanted.
@FunctionalInterface
public interface CaptureFilter {
    CaptureFilter ALL = _ -> true;

    boolean matches(FrameView frame);

    /// Reads a filter in the language of pcap-filter(7), as far as docs/commands.md says; an empty one wants all.
    ///
    /// @throws FilterSyntaxException if it cannot be read
    static CaptureFilter parse(String text) {
        return text.isBlank() ? ALL : new FilterParser(text).parse();
    }

    default CaptureFilter and(CaptureFilter other) {
        return frame -> matches(frame) && other.matches(frame);
    }

    default CaptureFilter or(CaptureFilter other) {
        return frame -> matches(frame) || other.matches(frame);
    }

    default CaptureFilter negated() {
        return frame -> !matches(frame);
    }
}
