package org.weir.preload;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The numbers of `protocol.h`, which tells what they mean; offsets are those of the C compiler.
final class Protocol {
    static final int VERSION = 1;

    static final String NAME_PREFIX = "weir.";
    static final int NAME_LENGTH = 23;

    static final char KIND_STREAM = 't';
    static final char KIND_DATAGRAM = 'u';
    static final char KIND_PING = 'p';
    static final char KIND_RAW = 'r';

    static final int PAIR_BUFFER = 212_992;

    static final int SOCKET = 1;
    static final int BIND = 2;
    static final int LISTEN = 3;
    static final int CONNECT = 4;
    static final int LOCAL_NAME = 5;
    static final int REMOTE_NAME = 6;
    static final int GET_OPTION = 7;
    static final int SET_OPTION = 8;
    static final int ERROR = 9;
    static final int INTERFACES = 10;
    static final int RESOLVE = 11;
    static final int REVERSE = 12;

    static final int ELSEWHERE = 10_001;
    static final int VALUE_MAX = 4_096;

    // struct weir_request
    static final int REQUEST_VERSION = 0;
    static final int REQUEST_CALL = 4;
    static final int REQUEST_ID = 8;
    static final int REQUEST_ADDRESS = 16;
    static final int REQUEST_PORT = 20;
    static final int REQUEST_LENGTH = 22;
    static final int REQUEST_TYPE = 24;
    static final int REQUEST_PROTOCOL = 28;
    static final int REQUEST_ARGUMENT = 32;
    static final int REQUEST_SIZE = 40;

    // struct weir_reply
    static final int REPLY_ERROR = 0;
    static final int REPLY_RESULT = 4;
    static final int REPLY_ADDRESS = 8;
    static final int REPLY_PORT = 12;
    static final int REPLY_LENGTH = 14;
    static final int REPLY_SIZE = 16;

    // struct weir_datagram
    static final int DATAGRAM_ADDRESS = 0;
    static final int DATAGRAM_PORT = 4;
    static final int DATAGRAM_KIND = 6;
    static final int DATAGRAM_TIME_TO_LIVE = 7;
    static final int DATAGRAM_DESTINATION = 8;
    static final int DATAGRAM_INTERFACE = 12;
    static final int DATAGRAM_TRAFFIC = 14;
    static final int DATAGRAM_FLAGS = 15;
    static final int DATAGRAM_ERROR = 16;
    static final int DATAGRAM_SIZE = 24;

    static final int DATA = 0;
    static final int FAILED = 1;
    static final int TRAFFIC = 1;

    // struct weir_accepted
    static final int ACCEPTED_ADDRESS = 0;
    static final int ACCEPTED_PORT = 4;
    static final int ACCEPTED_SIZE = 8;

    // struct weir_interface
    static final int INTERFACE_NAME = 0;
    static final int INTERFACE_NAME_LENGTH = 16;
    static final int INTERFACE_INDEX = 16;
    static final int INTERFACE_FLAGS = 20;
    static final int INTERFACE_ADDRESS = 24;
    static final int INTERFACE_NETMASK = 28;
    static final int INTERFACE_BROADCAST = 32;
    static final int INTERFACE_MTU = 36;
    static final int INTERFACE_HARDWARE = 40;
    static final int INTERFACE_HARDWARE_TYPE = 46;
    static final int INTERFACE_SIZE = 48;

    private Protocol() {}

    static int u8(MemorySegment memory, int at) {
        return memory.get(ValueLayout.JAVA_BYTE, at) & 0xFF;
    }

    static void u8(MemorySegment memory, int at, int value) {
        memory.set(ValueLayout.JAVA_BYTE, at, (byte) value);
    }

    static int u16(MemorySegment memory, int at) {
        return memory.get(ValueLayout.JAVA_SHORT, at) & 0xFFFF;
    }

    static void u16(MemorySegment memory, int at, int value) {
        memory.set(ValueLayout.JAVA_SHORT, at, (short) value);
    }

    static int i32(MemorySegment memory, int at) {
        return memory.get(ValueLayout.JAVA_INT, at);
    }

    static void i32(MemorySegment memory, int at, int value) {
        memory.set(ValueLayout.JAVA_INT, at, value);
    }

    static long i64(MemorySegment memory, int at) {
        return memory.get(ValueLayout.JAVA_LONG, at);
    }

    /// A port, which is in the network's byte order.
    static int port(MemorySegment memory, int at) {
        return u8(memory, at) << 8 | u8(memory, at + 1);
    }

    static void port(MemorySegment memory, int at, int port) {
        u8(memory, at, port >>> 8);
        u8(memory, at + 1, port);
    }

    /// An IPv4 address, which is in the network's byte order.
    static int address(MemorySegment memory, int at) {
        return port(memory, at) << 16 | port(memory, at + 2);
    }

    static void address(MemorySegment memory, int at, int address) {
        port(memory, at, address >>> 16);
        port(memory, at + 2, address);
    }
}
