package org.weir.drivers;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteOrder;

/// What a program of the kernel's can do with datagrams and the JDK's sockets cannot.
@SuppressWarnings("restricted") // Calling the C library is what this class is for.
final class KernelDatagrams {
    private static final int SOL_UDP = 17;
    private static final int UDP_SEGMENT = 103;
    private static final int SOCKET_ADDRESS = 16;

    private KernelDatagrams() {}

    /// Sends `octets` zeroes by one call, in datagrams of `segmentSize` octets.
    static void send(int address, int port, int octets, int segmentSize) {
        final int fd = Libc.socket(Libc.AF_INET, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC, 0);
        assertTrue(fd >= 0);
        try (Arena arena = Arena.ofConfined()) {
            final MethodHandle setOption = link(
                    "setsockopt", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
            final MemorySegment size = arena.allocateFrom(JAVA_INT, segmentSize);
            assertEquals(0, (int) setOption.invokeExact(fd, SOL_UDP, UDP_SEGMENT, size, Integer.BYTES));

            final MemorySegment to = arena.allocate(SOCKET_ADDRESS, Integer.BYTES);
            to.set(JAVA_SHORT_UNALIGNED, 0, (short) Libc.AF_INET);
            to.set(JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN), 2, (short) port);
            to.set(JAVA_INT.withOrder(ByteOrder.BIG_ENDIAN), 4, address);
            final MethodHandle sendTo = link(
                    "sendto",
                    FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));
            final MemorySegment payload = arena.allocate(octets);
            final long sent = (long) sendTo.invokeExact(fd, payload, (long) octets, 0, to, SOCKET_ADDRESS);
            assertEquals(octets, sent);
        } catch (Throwable t) {
            throw new AssertionError("a call of the C library failed", t);
        } finally {
            Libc.close(fd);
        }
    }

    private static MethodHandle link(String symbol, FunctionDescriptor type) {
        return Linker.nativeLinker()
                .downcallHandle(Linker.nativeLinker().defaultLookup().findOrThrow(symbol), type);
    }
}
