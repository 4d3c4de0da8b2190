package org.weir.ip;

import java.util.Arrays;

/// A set of IPv4 source addresses, of bounded size.
final class SourceList {
    private final int[] addresses;
    private int size;

    SourceList(int capacity) {
        addresses = new int[capacity];
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    boolean isFull() {
        return size == addresses.length;
    }

    int get(int index) {
        return addresses[index];
    }

    boolean contains(int address) {
        return indexOf(address) >= 0;
    }

    private int indexOf(int address) {
        for (int i = 0; i < size; i++) {
            if (addresses[i] == address) {
                return i;
            }
        }
        return -1;
    }

    /// Adds an address unless it is there. There must be room.
    void add(int address) {
        if (!contains(address)) {
            addresses[size++] = address;
        }
    }

    /// Removes an address if it is there; the others keep their order.
    void remove(int address) {
        final int at = indexOf(address);
        if (at >= 0) {
            System.arraycopy(addresses, at + 1, addresses, at, --size - at);
        }
    }

    void clear() {
        size = 0;
    }

    @Override
    public String toString() {
        return Arrays.toString(Arrays.copyOf(addresses, size));
    }
}
