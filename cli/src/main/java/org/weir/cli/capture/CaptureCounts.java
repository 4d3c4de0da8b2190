package org.weir.cli.capture;

/// What became of the frames of a capture.
///
/// @param accepted those that the filter wanted
/// @param dropped of these, those that there was no room for
/// @param delivered of these, those that are in the capture
public record CaptureCounts(long accepted, long dropped, long delivered) {}
