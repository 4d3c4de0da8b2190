package org.weir.esp;

/// Which sequence numbers have come, RFC 4303 section 3.4.3, as a ring of bits (RFC 6479): moving on clears whole
/// words.
final class ReplayWindow {
    private final int size;
    private final long[] words;
    private final int mask;
    private long highest;

    /// @param size numbers behind the highest that still count, a power of two of 64 or more
    ReplayWindow(int size) {
        this.size = size;
        // One word more than the window, and a power of two of them.
        this.words = new long[2 * (size / Long.SIZE)];
        this.mask = words.length - 1;
    }

    /// True if a packet of that number has not come and is not too old. Changes nothing: it may be a forgery.
    boolean permits(long sequence) {
        if (sequence == 0 || sequence + size <= highest) {
            return false;
        }
        return sequence > highest || (words[word(sequence)] & bit(sequence)) == 0;
    }

    /// A packet of that number, which is permitted, has come and is genuine.
    void received(long sequence) {
        if (sequence > highest) {
            final long from = highest / Long.SIZE;
            final long to = Math.min(sequence / Long.SIZE, from + words.length);
            for (long i = from + 1; i <= to; i++) {
                words[(int) i & mask] = 0;
            }
            highest = sequence;
        }
        words[word(sequence)] |= bit(sequence);
    }

    private int word(long sequence) {
        return (int) (sequence / Long.SIZE) & mask;
    }

    private static long bit(long sequence) {
        return 1L << sequence;
    }

    long highest() {
        return highest;
    }
}
