package org.weir.ip;

import org.weir.base.AgeList;
import org.weir.base.HashEntry;

/// A sender of which fragments are held, and how much of the memory for them is its.
final class FragmentSource extends HashEntry<FragmentSource> {
    final AgeList<PartialDatagram> datagrams = new AgeList<>();
    int address;
    /// Octets of buffers that its fragments hold.
    long trueSize;
}
