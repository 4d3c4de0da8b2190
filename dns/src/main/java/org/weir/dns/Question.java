package org.weir.dns;

/// What is asked: records of one type, of class IN, at one name.
///
/// @param name where they are
/// @param type which
public record Question(DnsName name, RecordType type) {
    @Override
    public String toString() {
        return name + " " + type;
    }
}
