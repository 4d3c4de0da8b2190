package org.weir.dns;

/// One record of class IN, RFC 1035 section 3.2.1.
///
/// @param owner the name that it is about
/// @param type its type's number; [RecordType] has those that are known
/// @param ttlSeconds how long it may be remembered, 0 to 2^31 - 1 (RFC 2181 section 8)
/// @param data what it says
public record ResourceRecord(DnsName owner, int type, int ttlSeconds, RecordData data) {
    boolean is(RecordType wanted) {
        return type == wanted.code();
    }

    ResourceRecord withTtl(int seconds) {
        return new ResourceRecord(owner, type, seconds, data);
    }

    /// The name of its type; `TYPE` and the number for one that is not known, RFC 3597 section 5.
    public String typeName() {
        final RecordType known = RecordType.of(type);
        return known == null ? "TYPE" + type : known.name();
    }

    @Override
    public String toString() {
        return owner + " " + ttlSeconds + " IN " + typeName() + " " + data;
    }
}
