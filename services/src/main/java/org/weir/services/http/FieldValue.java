package org.weir.services.http;

import java.lang.foreign.MemorySegment;

/// Where the value of one header field lies in the head of a request.
///
/// A field that is there twice has the empty value: no list and no date matches it, so that the answer is the safe one.
final class FieldValue {
    private final byte[] name;
    private boolean isPresent;
    private int from;
    private int to;

    /// @param name in lower case
    FieldValue(byte[] name) {
        this.name = name;
    }

    void clear() {
        isPresent = false;
        from = 0;
        to = 0;
    }

    /// Takes the value if the name is this field's.
    boolean takes(MemorySegment buffer, int nameFrom, int nameTo, int valueFrom, int valueTo) {
        if (!Ascii.isIgnoringCase(buffer, nameFrom, nameTo, name)) {
            return false;
        }
        from = valueFrom;
        to = isPresent ? valueFrom : valueTo;
        isPresent = true;
        return true;
    }

    boolean isPresent() {
        return isPresent;
    }

    int from() {
        return from;
    }

    int to() {
        return to;
    }
}
