package org.weir.services.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// What an [HttpSite] has under a path.
public final class HttpContent {
    /// No date.
    static final long UNKNOWN = Long.MIN_VALUE;

    private static final int LONGEST_TYPE = 128;
    private static final int LONGEST_TAG = 64;
    /// So that the head of an answer with it fits.
    static final int LONGEST_LOCATION = 600;

    private static final byte[] NOTHING = {};

    private final byte[] typeField;
    private final MemorySegment memory;
    private final boolean isRom;
    private byte[] entityTag = NOTHING;
    private byte[] validatorFields = NOTHING;
    private long lastModifiedSecond = UNKNOWN;
    private byte @Nullable [] locationField;

    private HttpContent(byte[] typeField, MemorySegment memory, boolean isRom) {
        this.typeField = typeField;
        this.memory = memory;
        this.isRom = isRom;
    }

    private HttpContent(String type, MemorySegment memory, boolean isRom) {
        this(("Content-Type: " + bounded("media type", type, LONGEST_TYPE) + "\r\n").getBytes(US_ASCII), memory, isRom);
    }

    private static String bounded(String name, String text, int longest) {
        if (text.length() > longest || text.chars().anyMatch(c -> c < ' ' || c >= 0x7F)) {
            throw new IllegalArgumentException(name + " '" + text + "' is not " + longest + " octets of ASCII at most");
        }
        return text;
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
        return copied(type, MemorySegment.ofArray(octets));
    }

    /// As above.
    static HttpContent copied(String type, MemorySegment memory) {
        return new HttpContent(type, memory, false);
    }

    /// What is here is elsewhere, for good: at the absolute path, or the URI, `location`.
    public static HttpContent movedTo(String location) {
        final HttpContent made = copied("text/plain; charset=utf-8", HttpStatus.MOVED_PERMANENTLY.text());
        made.locationField =
                ("Location: " + bounded("location", location, LONGEST_LOCATION) + "\r\n").getBytes(US_ASCII);
        return made;
    }

    /// As this, with what tells it from its earlier and later states, RFC 9110 section 8.8. Clients may then ask
    /// whether it has changed, and for parts of it.
    ///
    /// @param tag another one for each state; without the quotes, which it must not contain either
    /// @param modifiedSecond when it became what it is, since 1970
    public HttpContent withValidators(String tag, long modifiedSecond) {
        if (tag.indexOf('"') >= 0 || tag.indexOf(' ') >= 0) {
            throw new IllegalArgumentException("entity tag '" + tag + "' has a quote or a blank in it");
        }
        final HttpContent made = new HttpContent(typeField, memory, isRom);
        made.entityTag = ('"' + bounded("entity tag", tag, LONGEST_TAG) + '"').getBytes(US_ASCII);
        made.lastModifiedSecond = modifiedSecond;
        made.validatorFields = ("Last-Modified: " + HttpDate.text(modifiedSecond) + "\r\nETag: \"" + tag
                        + "\"\r\nAccept-Ranges: bytes\r\n")
                .getBytes(US_ASCII);
        return made;
    }

    byte[] typeField() {
        return typeField;
    }

    MemorySegment memory() {
        return memory;
    }

    long length() {
        return memory.byteSize();
    }

    boolean isRom() {
        return isRom;
    }

    /// With quotes; empty if there is none.
    byte[] entityTag() {
        return entityTag;
    }

    /// [#UNKNOWN] if nobody knows.
    long lastModifiedSecond() {
        return lastModifiedSecond;
    }

    boolean hasValidators() {
        return entityTag.length > 0;
    }

    /// Whole lines; empty if there are none.
    byte[] validatorFields() {
        return validatorFields;
    }

    /// A whole line; null unless it has moved.
    byte @Nullable [] locationField() {
        return locationField;
    }
}
