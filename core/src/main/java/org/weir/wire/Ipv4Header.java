package org.weir.wire;

import java.lang.foreign.MemorySegment;

/// IPv4 header, RFC 791 section 3.1.
public final class Ipv4Header extends Flyweight {
    /// Octets without options.
    public static final int LENGTH = 20;
    /// With all options that there is room for.
    public static final int LONGEST = 60;
    /// The ECN field of the type of service, RFC 3168 section 5.
    public static final int ECN_MASK = 3;
    /// ECT(0): the ends of the transport understand ECN.
    public static final int ECN_ECT_0 = 2;
    /// CE: congestion experienced.
    public static final int ECN_CE = 3;

    /// The option that asks routers to look at what a packet carries, RFC 2113.
    public static final int ROUTER_ALERT = 148;
    /// Octets with a router alert alone.
    public static final int LENGTH_WITH_ROUTER_ALERT = LENGTH + 4;

    public static final int DONT_FRAGMENT = 0x4000;
    public static final int MORE_FRAGMENTS = 0x2000;
    /// Fragments begin at multiples of so many octets.
    public static final int FRAGMENT_UNIT = 8;
    /// The longest datagram, with its header.
    public static final int LONGEST_DATAGRAM = 0xFFFF;

    private static final int VERSION_IHL = 0;
    private static final int TYPE_OF_SERVICE = 1;
    private static final int TOTAL_LENGTH = 2;
    private static final int IDENTIFICATION = 4;
    private static final int FLAGS_FRAGMENT_OFFSET = 6;
    private static final int TIME_TO_LIVE = 8;
    private static final int PROTOCOL = 9;
    private static final int HEADER_CHECKSUM = 10;
    private static final int SOURCE = 12;
    private static final int DESTINATION = 16;
    private static final int FRAGMENT_OFFSET_MASK = 0x1FFF;

    public Ipv4Header at(MemorySegment segment, long offset) {
        moveTo(segment, offset);
        return this;
    }

    /// True if `length` octets hold a header without options; [#headerLength] says whether there is more.
    public static boolean fits(int length) {
        return length >= LENGTH;
    }

    public int version() {
        return u8(VERSION_IHL) >>> 4;
    }

    /// Octets of the header with options.
    public int headerLength() {
        return (u8(VERSION_IHL) & 0xF) * 4;
    }

    // ---- the header in three loads: RFC 791 section 3.1, two words in each long ----

    /// The first two words: lengths, identification, fragment.
    public long lengthAndFragment() {
        return u64(VERSION_IHL);
    }

    /// The next two: time to live, protocol, checksum, source.
    public long protocolAndSource() {
        return u64(TIME_TO_LIVE);
    }

    public static int version(long lengthAndFragment) {
        return (int) (lengthAndFragment >>> 60);
    }

    /// Octets of the header with options.
    public static int headerLength(long lengthAndFragment) {
        return (int) (lengthAndFragment >>> 56 & 0xF) * 4;
    }

    public static int typeOfService(long lengthAndFragment) {
        return (int) (lengthAndFragment >>> 48) & 0xFF;
    }

    public static int totalLength(long lengthAndFragment) {
        return (int) (lengthAndFragment >>> 32) & 0xFFFF;
    }

    /// True for any fragment of a larger datagram, the first included.
    public static boolean isFragment(long lengthAndFragment) {
        return (lengthAndFragment & (MORE_FRAGMENTS | FRAGMENT_OFFSET_MASK)) != 0;
    }

    public static int protocol(long protocolAndSource) {
        return (int) (protocolAndSource >>> 48) & 0xFF;
    }

    public static int source(long protocolAndSource) {
        return (int) protocolAndSource;
    }

    public static int timeToLive(long protocolAndSource) {
        return (int) (protocolAndSource >>> 56);
    }

    /// True if the checksum of a header without options is right.
    public static boolean checksumIsValid(long lengthAndFragment, long protocolAndSource, int destination) {
        return Checksum.fold(words(lengthAndFragment) + words(protocolAndSource) + unsigned(destination)) == 0xFFFF;
    }

    /// The sum of two words.
    private static long words(long two) {
        return (two >>> 32) + (two & 0xFFFF_FFFFL);
    }

    // ---- the header in three stores ----

    /// Writes a header without options, and its checksum. Nothing is read back: a load that covers several stores
    /// of a moment ago would wait for them.
    ///
    /// @param length see [#lengthWord]
    /// @param fragment see [#fragmentWord]
    /// @param protocol see [#protocolWord]
    public void write(int length, int fragment, int protocol, int source, int destination) {
        final long first = (long) length << 32 | unsigned(fragment);
        final long second = (long) protocol << 32 | unsigned(source);
        final int sum = Checksum.fold(words(first) + words(second) + unsigned(destination));
        u64(VERSION_IHL, first);
        u64(TIME_TO_LIVE, second | (long) Checksum.complement(sum) << 32);
        u32(DESTINATION, destination);
    }

    private static long unsigned(int word) {
        return word & 0xFFFF_FFFFL;
    }

    /// Version 4, no options, the type of service and the total length in octets.
    public static int lengthWord(int typeOfService, int totalLength) {
        return 4 << 28 | LENGTH / 4 << 24 | typeOfService << 16 | totalLength;
    }

    /// The identification, the flags and the fragment offset.
    public static int fragmentWord(int identification, int flagsAndFragmentOffset) {
        return identification << 16 | flagsAndFragmentOffset;
    }

    /// The time to live and the protocol; the checksum is still 0.
    public static int protocolWord(int timeToLive, int protocol) {
        return timeToLive << 24 | protocol << 16;
    }

    /// Writes version 4 and a header of `octets` octets.
    public Ipv4Header begin(int octets) {
        u8(VERSION_IHL, 0x40 | octets / 4);
        return this;
    }

    /// Writes a router alert as the first option.
    public Ipv4Header routerAlert() {
        u32(LENGTH, ROUTER_ALERT << 24 | 4 << 16);
        return this;
    }

    /// DSCP and ECN, RFC 2474 and 3168.
    public int typeOfService() {
        return u8(TYPE_OF_SERVICE);
    }

    public Ipv4Header typeOfService(int tos) {
        u8(TYPE_OF_SERVICE, tos);
        return this;
    }

    public int totalLength() {
        return u16(TOTAL_LENGTH);
    }

    public Ipv4Header totalLength(int octets) {
        u16(TOTAL_LENGTH, octets);
        return this;
    }

    public int identification() {
        return u16(IDENTIFICATION);
    }

    public Ipv4Header identification(int id) {
        u16(IDENTIFICATION, id);
        return this;
    }

    /// Flags in the high three bits, the fragment offset in units of eight octets below.
    public Ipv4Header flagsAndFragmentOffset(int value) {
        u16(FLAGS_FRAGMENT_OFFSET, value);
        return this;
    }

    public int flagsAndFragmentOffset() {
        return u16(FLAGS_FRAGMENT_OFFSET);
    }

    /// Where a fragment begins in its datagram, in octets.
    public int fragmentOffset() {
        return (u16(FLAGS_FRAGMENT_OFFSET) & FRAGMENT_OFFSET_MASK) * FRAGMENT_UNIT;
    }

    /// True for every fragment but the last one.
    public boolean moreFragments() {
        return (u16(FLAGS_FRAGMENT_OFFSET) & MORE_FRAGMENTS) != 0;
    }

    public boolean dontFragment() {
        return (u16(FLAGS_FRAGMENT_OFFSET) & DONT_FRAGMENT) != 0;
    }

    /// True for any fragment of a larger datagram, the first included.
    public boolean isFragment() {
        return (u16(FLAGS_FRAGMENT_OFFSET) & (MORE_FRAGMENTS | FRAGMENT_OFFSET_MASK)) != 0;
    }

    /// True for a fragment that does not begin its datagram.
    public boolean isLaterFragment() {
        return (u16(FLAGS_FRAGMENT_OFFSET) & FRAGMENT_OFFSET_MASK) != 0;
    }

    public int timeToLive() {
        return u8(TIME_TO_LIVE);
    }

    public Ipv4Header timeToLive(int ttl) {
        u8(TIME_TO_LIVE, ttl);
        return this;
    }

    /// Lowers the time to live by one, and adds to the checksum what is taken from it: RFC 1624. The sum of all
    /// words stays a multiple of 0xFFFF; a carry goes round.
    public void decrementTimeToLive() {
        final int checksum = headerChecksum() + (1 << 8);
        timeToLive(timeToLive() - 1);
        headerChecksum((checksum & 0xFFFF) + (checksum >>> 16));
    }

    /// An [IpProtocol].
    public int protocol() {
        return u8(PROTOCOL);
    }

    public Ipv4Header protocol(int protocol) {
        u8(PROTOCOL, protocol);
        return this;
    }

    public int headerChecksum() {
        return u16(HEADER_CHECKSUM);
    }

    public Ipv4Header headerChecksum(int checksum) {
        u16(HEADER_CHECKSUM, checksum);
        return this;
    }

    /// Computes and writes the header checksum.
    public Ipv4Header sealChecksum() {
        headerChecksum(0);
        return headerChecksum(Checksum.complement(Checksum.sum(segment(), offset(), headerLength())));
    }

    public boolean checksumIsValid() {
        return Checksum.sum(segment(), offset(), headerLength()) == 0xFFFF;
    }

    public int source() {
        return u32(SOURCE);
    }

    public Ipv4Header source(int address) {
        u32(SOURCE, address);
        return this;
    }

    public int destination() {
        return u32(DESTINATION);
    }

    public Ipv4Header destination(int address) {
        u32(DESTINATION, address);
        return this;
    }
}
