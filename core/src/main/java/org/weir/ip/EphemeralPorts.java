package org.weir.ip;

import org.weir.base.Entropy;
import org.weir.base.KeyedHash;

/// Chooses local ports that an outsider cannot predict, RFC 6056. Towards a destination by the simple hash-based
/// algorithm (section 3.3.3): such ports follow each other, so they come back as late as possible; where they start is
/// a secret. Without one, each search starts anywhere (section 3.3.1): who knows one port knows nothing of the next, as
/// RFC 5452 section 9.2 wants it of those that ask name servers.
public final class EphemeralPorts {
    /// The first port of the range.
    public static final int FIRST = 32_768;

    private static final int COUNT = 65_536 - FIRST;

    private final Entropy entropy;
    private final KeyedHash hash;
    private int next;

    public EphemeralPorts(Entropy entropy) {
        this.entropy = entropy;
        hash = new KeyedHash(entropy);
        next = (int) entropy.next();
    }

    /// How many ports there are to try.
    public int count() {
        return COUNT;
    }

    /// Any port, to start a search from; [#after] goes on.
    public int any() {
        return FIRST + (int) Long.remainderUnsigned(entropy.next(), COUNT);
    }

    /// The port that is tried after `port`.
    public int after(int port) {
        return port == FIRST + COUNT - 1 ? FIRST : port + 1;
    }

    /// The next port to try towards a destination.
    public int next(long localLow, long remoteHigh, long remoteLow, int remotePort) {
        final long offset = hash.hash(localLow, remoteHigh, remoteLow, remotePort, 0) >>> 32;
        return FIRST + (int) ((offset + (next++ & 0xFFFF_FFFFL)) % COUNT);
    }
}
