package org.weir.wire;

import java.lang.foreign.MemorySegment;

/// IGMP message: RFC 3376 section 4, RFC 2236 section 2, RFC 1112 appendix I. The types say what the fields mean;
/// [#QUERY_LENGTH] octets or more make a query one of version 3.
public final class IgmpHeader extends Flyweight {
    /// Octets of every message at least.
    public static final int LENGTH = 8;
    /// Octets of a version 3 query before its sources.
    public static final int QUERY_LENGTH = 12;

    public static final int MEMBERSHIP_QUERY = 0x11;
    public static final int V1_MEMBERSHIP_REPORT = 0x12;
    public static final int V2_MEMBERSHIP_REPORT = 0x16;
    public static final int V2_LEAVE_GROUP = 0x17;
    public static final int V3_MEMBERSHIP_REPORT = 0x22;

    /// 224.0.0.1, which every host of a network is a member of.
    public static final int ALL_SYSTEMS = 0xE000_0001;
    /// 224.0.0.2, which version 2 hosts tell that they leave a group.
    public static final int ALL_ROUTERS = 0xE000_0002;
    /// 224.0.0.22, which version 3 hosts report to.
    public static final int ALL_V3_ROUTERS = 0xE000_0016;

    private static final int TYPE = 0;
    private static final int CODE = 1;
    private static final int CHECKSUM = 2;
    private static final int GROUP = 4;
    private static final int ROBUSTNESS = 8;
    private static final int QUERY_INTERVAL = 9;
    private static final int QUERY_SOURCES = 10;
    private static final int GROUP_RECORDS = 6;
    private static final int ROBUSTNESS_MASK = 7;
    private static final int FLOATING = 0x80;
    private static final int MANTISSA_MASK = 0xF;
    private static final int HIDDEN_BIT = 0x10;

    public IgmpHeader at(MemorySegment segment, long offset) {
        moveTo(segment, offset);
        return this;
    }

    public static boolean fits(int length) {
        return length >= LENGTH;
    }

    /// The number that a code of eight bits stands for: a small one itself, a large one as an exponent of three
    /// bits and a mantissa of four, RFC 3376 sections 4.1.1 and 4.1.7.
    public static int decoded(int code) {
        return code < FLOATING ? code : (code & MANTISSA_MASK | HIDDEN_BIT) << (code >>> 4 & 7) + 3;
    }

    public int type() {
        return u8(TYPE);
    }

    public IgmpHeader type(int type) {
        u8(TYPE, type);
        return this;
    }

    /// The "max resp code" of a query in tenths of a second, see [#decoded]; 0 in version 1.
    public int code() {
        return u8(CODE);
    }

    public IgmpHeader code(int code) {
        u8(CODE, code);
        return this;
    }

    public int checksum() {
        return u16(CHECKSUM);
    }

    public IgmpHeader checksum(int checksum) {
        u16(CHECKSUM, checksum);
        return this;
    }

    /// The group of all messages but version 3 reports; 0 in a general query.
    public int group() {
        return u32(GROUP);
    }

    public IgmpHeader group(int address) {
        u32(GROUP, address);
        return this;
    }

    // ---- version 3 query, RFC 3376 section 4.1 ----

    /// The querier's robustness variable; 0 if it is larger than 7.
    public int robustness() {
        return u8(ROBUSTNESS) & ROBUSTNESS_MASK;
    }

    public IgmpHeader robustness(int variable) {
        u8(ROBUSTNESS, variable);
        return this;
    }

    /// The querier's query interval in seconds, see [#decoded].
    public int queryIntervalCode() {
        return u8(QUERY_INTERVAL);
    }

    public IgmpHeader queryIntervalCode(int code) {
        u8(QUERY_INTERVAL, code);
        return this;
    }

    public int sources() {
        return u16(QUERY_SOURCES);
    }

    public IgmpHeader sources(int count) {
        u16(QUERY_SOURCES, count);
        return this;
    }

    public int source(int index) {
        return u32(QUERY_LENGTH + index * Integer.BYTES);
    }

    public IgmpHeader source(int index, int address) {
        u32(QUERY_LENGTH + index * Integer.BYTES, address);
        return this;
    }

    // ---- version 3 report, RFC 3376 section 4.2 ----

    /// How many [IgmpGroupRecord]s follow the first [#LENGTH] octets.
    public int groupRecords() {
        return u16(GROUP_RECORDS);
    }

    /// Makes the second word that of a report of `count` records.
    public IgmpHeader groupRecords(int count) {
        u32(GROUP, count);
        return this;
    }
}
