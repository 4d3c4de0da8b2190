package org.weir.ip;

import org.weir.base.Entropy;
import org.weir.base.KeyedHash;

/// Numbers for datagrams that may be fragmented, RFC 6864: unique for each source, destination and protocol for as long
/// as 16 bits can be, and known to nobody who has not seen the one before (RFC 7739 section 5.3).
///
/// Each pair counts on from a secret number of its own. Some pairs share a counter, nobody knows which.
final class Identifications {
    static final int COUNTERS = 1_024;
    static final int MASK = 0xFFFF;

    private final KeyedHash hash;
    private final int[] counters = new int[COUNTERS];

    Identifications(Entropy secret) {
        hash = new KeyedHash(secret);
    }

    int next(int source, int destination, int protocol) {
        final long addresses = (long) source << Integer.SIZE | destination & 0xFFFF_FFFFL;
        final long secret = hash.hash(addresses, protocol, 0, 0, 0);
        final int counter = (int) (secret >>> Integer.SIZE) & COUNTERS - 1;
        return (int) secret + counters[counter]++ & MASK;
    }
}
