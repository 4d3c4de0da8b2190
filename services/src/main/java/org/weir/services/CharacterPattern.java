package org.weir.services;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The recommended pattern of RFC 864: lines of 72 of the 95 printing ASCII characters, each line starting one
/// character further on. It repeats after 95 lines; the memory holds several rounds, so that long pieces can be sent
/// from anywhere in the first.
///
/// ```text
///  !"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`abcdefg
/// !"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`abcdefgh
/// ```
final class CharacterPattern {
    /// Octets in a line, CR and LF included.
    static final int LINE = 74;

    private static final int FIRST = ' ';
    private static final int CHARACTERS = 95;
    /// Octets after which the pattern repeats.
    static final int PERIOD = LINE * CHARACTERS;

    private static final int ROUNDS = 18;

    private CharacterPattern() {}

    /// Makes the memory in `arena`.
    static MemorySegment make(Arena arena) {
        final MemorySegment memory = arena.allocate((long) PERIOD * ROUNDS);
        for (int at = 0; at < memory.byteSize(); at++) {
            memory.set(ValueLayout.JAVA_BYTE, at, octet(at % PERIOD));
        }
        return memory;
    }

    private static byte octet(int at) {
        final int column = at % LINE;
        if (column >= LINE - 2) {
            return (byte) (column == LINE - 2 ? '\r' : '\n');
        }
        return (byte) (FIRST + (at / LINE + column) % CHARACTERS);
    }
}
