package org.weir.services.dhcp;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/// The options of a received message, RFC 2132, in its options field and, with option 52, in `file` and `sname`. An
/// option that occurs more than once is one long option in pieces: RFC 3396.
///
/// [#at] checks the whole structure, [#find] brings one option's value together; the other accessors are about that.
final class DhcpOptions {
    static final int SUBNET_MASK = 1;
    static final int ROUTER = 3;
    static final int DNS = 6;
    static final int HOST_NAME = 12;
    static final int DOMAIN_NAME = 15;
    static final int INTERFACE_MTU = 26;
    static final int NTP = 42;
    static final int REQUESTED_ADDRESS = 50;
    static final int LEASE_TIME = 51;
    static final int OVERLOAD = 52;
    static final int MESSAGE_TYPE = 53;
    static final int SERVER_ID = 54;
    static final int PARAMETER_LIST = 55;
    static final int MESSAGE = 56;
    static final int MAXIMUM_SIZE = 57;
    static final int RENEWAL_TIME = 58;
    static final int REBINDING_TIME = 59;
    static final int CLIENT_ID = 61;
    static final int CLASSLESS_ROUTES = 121;

    static final int ABSENT = -1;
    /// The longest message that is read.
    static final int LONGEST = 1_500;

    private static final int PAD = 0;
    private static final int END = 255;
    private static final int IN_FILE = 1;
    private static final int IN_SNAME = 2;

    private final byte[] value = new byte[LONGEST];
    private MemorySegment segment = MemorySegment.NULL;
    private int limit;
    private int overload;
    private int found;

    /// Moves to a message that lies at the start of `memory`. False if an option runs out of its field, or option
    /// 52 makes no sense: nothing of such a message is to be believed.
    boolean at(MemorySegment memory, int length) {
        segment = memory;
        limit = length;
        overload = 0;
        if (length > LONGEST || !isWhole(DhcpMessage.OPTIONS, length)) {
            return false;
        }
        final int octets = find(OVERLOAD);
        if (octets == ABSENT) {
            return true;
        }
        if (octets != 1 || u8(0) < IN_FILE || u8(0) > (IN_FILE | IN_SNAME)) {
            return false;
        }
        overload = u8(0);
        return (!isInFile() || isWhole(DhcpMessage.FILE, DhcpMessage.FILE + DhcpMessage.FILE_LENGTH))
                && (!isInSname() || isWhole(DhcpMessage.SNAME, DhcpMessage.SNAME + DhcpMessage.SNAME_LENGTH));
    }

    private boolean isInFile() {
        return (overload & IN_FILE) != 0;
    }

    private boolean isInSname() {
        return (overload & IN_SNAME) != 0;
    }

    private int octet(int at) {
        return segment.get(ValueLayout.JAVA_BYTE, at) & 0xFF;
    }

    /// Some servers leave out the end option.
    private boolean isWhole(int from, int to) {
        int at = from;
        while (at < to && octet(at) != END) {
            at = next(at, to);
        }
        return at <= to;
    }

    /// Where the option behind the one at `at` starts; beyond `to` if that runs out of its field.
    private int next(int at, int to) {
        if (octet(at) == PAD) {
            return at + 1;
        }
        return at + 1 < to ? at + 2 + octet(at + 1) : to + 1;
    }

    /// Brings the value of option `code` together: options field first, then `file`, then `sname`. Returns its
    /// octets, [#ABSENT] if there is no such option.
    int find(int code) {
        found = ABSENT;
        gather(code, DhcpMessage.OPTIONS, limit);
        if (isInFile()) {
            gather(code, DhcpMessage.FILE, DhcpMessage.FILE + DhcpMessage.FILE_LENGTH);
        }
        if (isInSname()) {
            gather(code, DhcpMessage.SNAME, DhcpMessage.SNAME + DhcpMessage.SNAME_LENGTH);
        }
        return found;
    }

    private void gather(int code, int from, int to) {
        for (int at = from; at < to && octet(at) != END; at = next(at, to)) {
            if (octet(at) == code) {
                final int octets = octet(at + 1);
                found = Math.max(found, 0);
                MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, at + 2, value, found, octets);
                found += octets;
            }
        }
    }

    // ---- of the option that was found ----

    int u8(int at) {
        return value[at] & 0xFF;
    }

    int u16(int at) {
        return u8(at) << 8 | u8(at + 1);
    }

    int u32(int at) {
        return u16(at) << 16 | u16(at + 2);
    }

    /// The value as text, as far as it is printable ASCII: names end up in logs and files.
    String text() {
        final String all = new String(value, 0, Math.max(found, 0), StandardCharsets.US_ASCII);
        final int end = (int) all.chars().takeWhile(c -> c > ' ' && c < 0x7F).count();
        return all.substring(0, end);
    }

    // ---- options that are one number ----

    /// The value of an option of four octets, as an unsigned number; [#ABSENT] if it is missing or has another
    /// length.
    long number(int code) {
        return find(code) == Integer.BYTES ? Integer.toUnsignedLong(u32(0)) : ABSENT;
    }

    /// The address in an option of four octets; 0 if it is missing or has another length.
    int address(int code) {
        return find(code) == Integer.BYTES ? u32(0) : 0;
    }
}
