package org.weir.runtime.bsd;

import java.util.Arrays;

/// A set of descriptors for [BlockingSockets#select]: `fd_set`, without its limit.
public final class DescriptorSet {
    private int[] members = new int[8];
    private int size;

    /// No effect if it is there already.
    public void add(int descriptor) {
        if (contains(descriptor)) {
            return;
        }
        if (size == members.length) {
            members = Arrays.copyOf(members, 2 * size);
        }
        members[size++] = descriptor;
    }

    /// No effect if it is not there.
    public void remove(int descriptor) {
        for (int i = 0; i < size; i++) {
            if (members[i] == descriptor) {
                members[i] = members[--size];
                return;
            }
        }
    }

    public boolean contains(int descriptor) {
        for (int i = 0; i < size; i++) {
            if (members[i] == descriptor) {
                return true;
            }
        }
        return false;
    }

    public void clear() {
        size = 0;
    }

    public int size() {
        return size;
    }

    int member(int index) {
        return members[index];
    }
}
