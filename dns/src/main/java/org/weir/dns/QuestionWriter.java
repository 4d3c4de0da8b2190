package org.weir.dns;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Composes the octets of a question, RFC 1035 section 4.1, always in the same memory.
///
/// ```text
///   0 length (TCP)   2 id   4 flags   6 one question, no answer, no authority, an OPT record or none
///  14 name, type, class   OPT: root, 41, octets that fit an answer, no flags, no options
/// ```
final class QuestionWriter {
    /// Octets that an answer over UDP may have: they pass any path without being cut (RFC 9715 section 3).
    static final int LONGEST_DATAGRAM = 1_232;

    /// In front of a message over TCP, RFC 1035 section 4.2.2.
    static final int LENGTH_PREFIX = 2;

    private static final int LONGEST = LENGTH_PREFIX + Message.HEADER + DnsName.LONGEST + 4 + 11;
    private static final int RECURSION_DESIRED = 0x0100;
    private static final int INTERNET = 1;

    private final byte[] octets = new byte[LONGEST];
    private final MemorySegment memory = MemorySegment.ofArray(octets);
    private int length;

    /// Composes a question; `isExtended` says that longer answers over UDP than 512 octets are understood.
    QuestionWriter write(Question question, int id, boolean isExtended) {
        length = LENGTH_PREFIX;
        u16(id);
        u16(RECURSION_DESIRED);
        u16(1);
        u16(0);
        u16(0);
        u16(isExtended ? 1 : 0);
        question.name().copyTo(octets, length);
        length += question.name().length();
        u16(question.type().code());
        u16(INTERNET);
        if (isExtended) {
            octets[length++] = 0;
            u16(Message.OPT);
            u16(LONGEST_DATAGRAM);
            u16(0);
            u16(0);
            u16(0);
        }
        final int message = length - LENGTH_PREFIX;
        octets[0] = (byte) (message >>> 8);
        octets[1] = (byte) message;
        return this;
    }

    private void u16(int value) {
        octets[length++] = (byte) (value >>> 8);
        octets[length++] = (byte) value;
    }

    /// What was composed last, with the length prefix in front; until the next question is composed.
    MemorySegment memory() {
        return memory;
    }

    /// The same in memory of its own.
    MemorySegment copy() {
        return MemorySegment.ofArray(Arrays.copyOf(octets, length));
    }

    /// With the length prefix.
    int length() {
        return length;
    }
}
