package org.weir.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.weir.Property;

/// Pools and packets for the tests of all packages.
public final class Pools {
    private Pools() {}

    /// A pool over memory of its own, without a reserve.
    public static PbufPool pool(int pages, int pageSize, int blocks, int handles) {
        return pool(new PbufPool.Layout(pages, pageSize, blocks, 256, handles, 0, false));
    }

    public static PbufPool pool(PbufPool.Layout layout) {
        return new PbufPool(MemorySegment.ofArray(new byte[(int) layout.bytes()]), 0, layout);
    }

    /// The octets of a packet (borrowed).
    public static byte[] octets(Pbuf packet) {
        byte[] octets = new byte[packet.totalLength()];
        int copied = packet.copyTo(0, MemorySegment.ofArray(octets), 0, octets.length);
        if (copied != octets.length) {
            throw new AssertionError("a packet of " + octets.length + " octets holds " + copied);
        }
        return octets;
    }

    /// Writes `octets` at `at` of `segment`.
    public static void put(MemorySegment segment, long at, byte[] octets) {
        MemorySegment.copy(octets, 0, segment, ValueLayout.JAVA_BYTE, at, octets.length);
    }

    /// A packet with this payload in pages, given to the caller.
    public static Pbuf packet(PbufPool pool, byte[] payload) {
        return packet(pool, payload, Integer.MAX_VALUE);
    }

    /// A packet with this payload in pages of which each holds at most `run` octets, given to the caller.
    public static Pbuf packet(PbufPool pool, byte[] payload, int run) {
        Pbuf packet = page(pool);
        int done = 0;
        Pbuf last = packet;
        while (done < payload.length) {
            if (last.length() > 0) {
                last = page(pool);
            }
            int length = Math.min(Math.min(run, last.tailroom()), payload.length - done);
            long at = last.extend(length);
            MemorySegment.copy(payload, done, last.segment(), ValueLayout.JAVA_BYTE, at, length);
            done += length;
            if (last != packet) {
                packet.chain(last);
            }
        }
        return packet;
    }

    private static Pbuf page(PbufPool pool) {
        Pbuf page = pool.takePage();
        if (page == null) {
            throw new AssertionError("the test's pool is too small");
        }
        return page;
    }

    /// A packet with `length` random octets in one or more pages, given to the caller.
    public static Pbuf randomPacket(PbufPool pool, Random random, int length) {
        return packet(pool, Property.octets(random, length), 1 + random.nextInt(pool.pageSize()));
    }
}
