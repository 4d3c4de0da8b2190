package org.weir.ip;

import java.util.Arrays;

/// Finds the number of the longest prefix that contains an address: a multibit trie with a wide root and nodes of 16
/// slots, each of which is one cache line.
///
/// ```text
///   root   2^8 or 2^16 slots, by the address's first bits
///   node   16 slots, by the next four: a number, or the node below
/// ```
///
/// Numbers are pushed down: a slot without a node below holds the longest prefix that covers it, so a look-up is one
/// load for the root and one for each level below, five at most with a wide root, and compares nothing. What that costs
/// is paid by changes: a short prefix is written into every slot that it covers and that no longer one has.
///
/// A prefix of length 0 is left to the caller: no number stands for it.
final class PrefixTrie {
    private static final int ADDRESS_BITS = 32;
    private static final int STRIDE = 4;
    private static final int NODE = 1 << STRIDE;
    private static final int NARROW_ROOT = 8;
    private static final int WIDE_ROOT = 16;
    /// From so many prefixes on the root's quarter of a megabyte is worth its two levels.
    private static final int MANY = 4_096;
    private static final int MOST_LEVELS = (ADDRESS_BITS - NARROW_ROOT) / STRIDE;

    private final int rootBits;
    /// Root, then nodes. Positive: a number. Negative: the place of the node below. 0: no prefix.
    private final int[] slots;
    /// Prefixes that end in a node, and nodes below it.
    private final int[] uses;
    private final byte[] lengthOf;
    /// Places of nodes that are not used.
    private final int[] free;

    private int available;
    /// The slots that lead to the node that a change is about.
    private final int[] path = new int[MOST_LEVELS];

    /// For any `capacity` prefixes, with the numbers 1 to `capacity`.
    PrefixTrie(int capacity) {
        rootBits = rootBits(capacity);
        final int nodes = nodes(capacity);
        slots = new int[(1 << rootBits) + nodes * NODE];
        uses = new int[nodes];
        free = new int[nodes];
        lengthOf = new byte[capacity + 1];
        for (int i = nodes - 1; i >= 0; i--) {
            free[available++] = (1 << rootBits) + i * NODE;
        }
    }

    private static int rootBits(int capacity) {
        return capacity < MANY ? NARROW_ROOT : WIDE_ROOT;
    }

    /// As many as `capacity` prefixes can need: on each level one for each of them, or one for each slot above.
    private static int nodes(int capacity) {
        int nodes = 0;
        for (int bits = rootBits(capacity); bits < ADDRESS_BITS; bits += STRIDE) {
            nodes += (int) Math.min(capacity, 1L << bits);
        }
        return nodes;
    }

    /// Octets of heap for `capacity` prefixes.
    static long octets(int capacity) {
        final long nodes = nodes(capacity);
        return ((1L << rootBits(capacity)) + nodes * NODE + 2 * nodes) * Integer.BYTES + capacity;
    }

    /// The number of the longest prefix that contains `address`; 0 if there is none.
    int find(int address) {
        int slot = slots[address >>> ADDRESS_BITS - rootBits];
        int shift = ADDRESS_BITS - rootBits - STRIDE;
        while (slot < 0) {
            slot = slots[-slot + (address >>> shift & NODE - 1)];
            shift -= STRIDE;
        }
        return slot;
    }

    /// Adds a prefix that is not there.
    void add(int prefix, int length, int number) {
        lengthOf[number] = (byte) length;
        int base = 0;
        int bits = rootBits;
        for (; bits < length; bits += STRIDE) {
            final int at = slotAt(base, bits, prefix);
            if (slots[at] >= 0) {
                final int node = free[--available];
                Arrays.fill(slots, node, node + NODE, slots[at]);
                slots[at] = -node;
                use(base, 1);
            }
            base = -slots[at];
        }
        use(base, 1);
        final int first = slotAt(base, bits, prefix);
        cover(first, 1 << bits - length, number);
    }

    /// Gives a prefix that is there the number `number`.
    void renumber(int prefix, int length, int number) {
        lengthOf[number] = (byte) length;
        int base = 0;
        int bits = rootBits;
        for (; bits < length; bits += STRIDE) {
            base = -slots[slotAt(base, bits, prefix)];
        }
        cover(slotAt(base, bits, prefix), 1 << bits - length, number);
    }

    /// Removes a prefix that is there with number `number`.
    ///
    /// @param covering the number of the next shorter prefix that contains it; 0 if there is none
    void remove(int prefix, int length, int number, int covering) {
        int base = 0;
        int bits = rootBits;
        int depth = 0;
        for (; bits < length; bits += STRIDE) {
            path[depth] = slotAt(base, bits, prefix);
            base = -slots[path[depth]];
            depth++;
        }
        uncover(slotAt(base, bits, prefix), 1 << bits - length, number, covering);
        use(base, -1);
        while (depth > 0 && uses[indexOf(base)] == 0) {
            depth--;
            slots[path[depth]] = slots[base];
            free[available++] = base;
            base = depth == 0 ? 0 : -slots[path[depth - 1]];
            use(base, -1);
        }
    }

    private int slotAt(int base, int bits, int prefix) {
        final int index = prefix >>> ADDRESS_BITS - bits;
        return base == 0 ? index : base + (index & NODE - 1);
    }

    /// The root is never freed and needs no count.
    private void use(int base, int change) {
        if (base != 0) {
            uses[indexOf(base)] += change;
        }
    }

    private int indexOf(int base) {
        return base - (1 << rootBits) >>> STRIDE;
    }

    /// Writes `number` into `count` slots and those below, where no longer prefix stands.
    private void cover(int first, int count, int number) {
        for (int i = first; i < first + count; i++) {
            if (slots[i] < 0) {
                cover(-slots[i], NODE, number);
            } else if (lengthOf[slots[i]] <= lengthOf[number]) {
                slots[i] = number;
            }
        }
    }

    private void uncover(int first, int count, int number, int covering) {
        for (int i = first; i < first + count; i++) {
            if (slots[i] < 0) {
                uncover(-slots[i], NODE, number, covering);
            } else if (slots[i] == number) {
                slots[i] = covering;
            }
        }
    }

    /// Nodes that no prefix needs.
    int available() {
        return available;
    }
}
