package org.weir.ip;

import org.weir.base.Entropy;
import org.weir.base.KeyedHash;

/// Chooses local ports that an outsider cannot predict: the simple hash-based algorithm of RFC 6056 section 3.3.3.
/// Ports towards one destination follow each other, so they come back as late as possible; where they start is a
/// secret.
public final class EphemeralPorts {
    /// The first port of the range.
    public static final int FIRST = 32_768;

    private static final int COUNT = 65_536 - FIRST;

    private final KeyedHash hash;
    private int next;

    public EphemeralPorts(Entropy entropy) {
        hash = new KeyedHash(entropy);
        next = (int) entropy.next();
    }

    /// How many ports there are to try.
    public int count() {
        return COUNT;
    }

    /// The next port to try towards a destination.
    public int next(long localLow, long remoteHigh, long remoteLow, int remotePort) {
        final long offset = hash.hash(localLow, remoteHigh, remoteLow, remotePort, 0) >>> 32;
        return FIRST + (int) ((offset + (next++ & 0xFFFF_FFFFL)) % COUNT);
    }
}
