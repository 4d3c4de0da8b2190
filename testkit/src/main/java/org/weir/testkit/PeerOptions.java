package org.weir.testkit;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.weir.wire.TcpOptions;

/// The options of a segment that a test sends, as octets.
final class PeerOptions {
    private static final int MAXIMUM = 40;

    private PeerOptions() {}

    /// `iss` is what the numbers of SACK blocks are relative to.
    static byte[] encode(SegmentSpec spec, int iss) {
        final byte[] octets = new byte[MAXIMUM];
        final MemorySegment memory = MemorySegment.ofArray(octets);
        long at = 0;
        if (SegmentSpec.isSet(spec.maximumSegmentSize)) {
            at = TcpOptions.writeMaximumSegmentSize(memory, at, spec.maximumSegmentSize);
        }
        if (SegmentSpec.isSet(spec.windowScale)) {
            at = TcpOptions.writeWindowScale(memory, at, spec.windowScale);
        }
        if (spec.timestamps) {
            at = new TcpOptions().writeTimestamps(memory, at, spec.timestampValue, spec.timestampEcho);
        }
        if (spec.sackPermitted) {
            at = new TcpOptions().writeSackPermitted(memory, at);
        }
        if (spec.sack != null) {
            at = writeSack(memory, at, spec.sack, iss);
        }
        if (spec.rawOptions != null) {
            MemorySegment.copy(MemorySegment.ofArray(spec.rawOptions), 0, memory, at, spec.rawOptions.length);
            at += spec.rawOptions.length;
        }
        return Arrays.copyOf(octets, (int) (at + 3 & ~3));
    }

    private static long writeSack(MemorySegment memory, long at, int[] edges, int iss) {
        final TcpOptions options = new TcpOptions();
        long next = options.beginSack(memory, at, edges.length / 2);
        for (int i = 0; i < edges.length; i += 2) {
            next = options.writeSackBlock(memory, next, iss + edges[i], iss + edges[i + 1]);
        }
        return next;
    }
}
