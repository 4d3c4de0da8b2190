package org.weir.services.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.lang.foreign.MemorySegment;

/// What an [HttpSite] has under a path.
public final class HttpContent {
    private final byte[] typeField;
    private final MemorySegment memory;
    private final boolean isRom;

    private HttpContent(String type, MemorySegment memory, boolean isRom) {
        this.typeField = ("Content-Type: " + type + "\r\n").getBytes(US_ASCII);
        this.memory = memory;
        this.isRom = isRom;
    }

    /// Content in native memory that stays as it is for as long as the stack lives: it is sent by reference.
    public static HttpContent rom(String type, MemorySegment memory) {
        if (!memory.isNative() && memory.byteSize() > 0) {
            throw new IllegalArgumentException("content that is sent by reference must be in native memory");
        }
        return new HttpContent(type, memory, true);
    }

    /// Content that is copied as it is sent; nobody may change it until then.
    public static HttpContent copied(String type, byte[] octets) {
        return new HttpContent(type, MemorySegment.ofArray(octets), false);
    }

    byte[] typeField() {
        return typeField;
    }

    MemorySegment memory() {
        return memory;
    }

    boolean isRom() {
        return isRom;
    }
}
