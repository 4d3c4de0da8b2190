package org.weir.runtime.sequential;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.weir.memory.Headroom;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.runtime.StackAccess;
import org.weir.runtime.StackCall;
import org.weir.runtime.StackEndedException;
import org.weir.stack.Stack;
import org.weir.wire.IpAddress;

/// A packet, or a run of a stream, in the packet buffers in which the stack received it or will send it: lwIP's netbuf.
///
/// It is a chain of fragments. The buffer stands on one of them, the first to begin with:
///
/// ```java
/// do {
///     use(buffer.segment(), buffer.offset(), buffer.fragmentLength());
/// } while (buffer.next());
/// ```
///
/// What it holds is memory of the stack, which everybody else lacks until [#close], by any thread; a send takes it.
/// Used by one thread at a time. The memory is valid until [#close], a send, or the end of the stack.
public final class NetBuffer implements AutoCloseable {
    private final StackAccess stack;
    private @Nullable Pbuf packet;
    private @Nullable Pbuf fragment;
    private boolean isWritable;
    private long senderLow = IpAddress.ANY.low();
    private int senderPort;
    private final StackCall release = new StackCall() {
        @Override
        protected void run(Stack owned) {
            releaseHere();
        }
    };

    NetBuffer(StackAccess stack) {
        this.stack = stack;
    }

    // ---- what is in it ----

    /// Octets in all fragments.
    public int length() {
        return packet == null ? 0 : packet.totalLength();
    }

    /// Goes on to the next fragment.
    ///
    /// @return false, and it stays where it is, if there is none
    public boolean next() {
        final Pbuf following = fragment == null ? null : fragment.next();
        if (following == null) {
            return false;
        }
        fragment = following;
        return true;
    }

    /// Goes back to the first fragment.
    public void rewind() {
        fragment = packet;
    }

    private Pbuf fragment() {
        if (fragment == null) {
            throw new IllegalStateException("the buffer holds nothing");
        }
        return fragment;
    }

    /// The memory of the fragment, which [#offset] counts in. To be read only.
    ///
    /// @throws IllegalStateException if the buffer holds nothing
    public MemorySegment segment() {
        return fragment().segment();
    }

    /// Where the fragment starts in [#segment].
    public long offset() {
        return fragment().offset();
    }

    /// Octets in the fragment; may be 0.
    public int fragmentLength() {
        return fragment().length();
    }

    /// Copies up to `octets` octets from octet `from` on to `target`. Returns how many there were.
    public int copyTo(int from, MemorySegment target, long offset, int octets) {
        return packet == null ? 0 : packet.copyTo(from, target, offset, octets);
    }

    /// A copy of all.
    public byte[] toArray() {
        final byte[] all = new byte[length()];
        copyTo(0, MemorySegment.ofArray(all), 0, all.length);
        return all;
    }

    /// Who sent the datagram; 0.0.0.0 for what is none.
    public IpAddress senderAddress() {
        return new IpAddress(0, senderLow);
    }

    /// The port of who sent the datagram; 0 for what is none.
    public int senderPort() {
        return senderPort;
    }

    // ---- making it ----

    /// Copies `octets` octets of `source` to octet `from` and those behind it.
    ///
    /// @throws IllegalStateException if the buffer was not made by [SequentialStack#allocate]
    /// @throws IndexOutOfBoundsException if it is too short
    public void put(int from, MemorySegment source, long offset, int octets) {
        if (!isWritable) {
            throw new IllegalStateException("the buffer was not allocated to be written");
        }
        Objects.checkFromIndexSize(from, octets, length());
        int skip = from;
        int done = 0;
        for (Pbuf p = packet; p != null && done < octets; p = p.next()) {
            final int run = Math.min(p.length() - skip, octets - done);
            if (run > 0) {
                MemorySegment.copy(source, offset + done, p.segment(), p.offset() + skip, run);
                done += run;
            }
            skip = Math.max(0, skip - p.length());
        }
    }

    /// Appends what `tail` holds, which holds nothing afterwards.
    public void chain(NetBuffer tail) {
        final Pbuf moved = tail.give();
        if (moved == null) {
            return;
        }
        isWritable = false;
        if (packet == null) {
            hold(moved);
        } else {
            packet.chain(moved);
        }
    }

    boolean allocate(int octets) {
        if (octets < 0) {
            throw new IllegalArgumentException("a buffer of " + octets + " octets");
        }
        stack.call(new StackCall() {
            @Override
            protected void run(Stack owned) {
                hold(chainOf(owned.pool(), octets));
            }
        });
        isWritable = packet != null;
        return isWritable;
    }

    /// A packet of `octets` octets whose content is to be written; null if there are too few pages.
    private static @Nullable Pbuf chainOf(PbufPool pool, int octets) {
        final Pbuf first =
                pool.take(Headroom.TRANSPORT, Math.min(octets, pool.pageSize() - Headroom.TRANSPORT.octets()));
        if (first == null) {
            return null;
        }
        Pbuf last = first;
        for (int left = octets - first.length(); left > 0; left -= last.length()) {
            // As a send queue: what links and received data need is not taken.
            final Pbuf page = pool.pagesForSending() > 0 ? pool.takePage() : null;
            if (page == null) {
                first.release();
                return null;
            }
            page.resize(Math.min(pool.pageSize(), left));
            first.chainAfter(last, page);
            last = page;
        }
        return first;
    }

    boolean reference(MemorySegment memory, long offset, int octets) {
        checkConstant(memory, offset, octets);
        stack.call(new StackCall() {
            @Override
            protected void run(Stack owned) {
                hold(owned.pool().rom(memory, offset, octets));
            }
        });
        return packet != null;
    }

    static void checkConstant(MemorySegment memory, long offset, int octets) {
        if (!memory.isNative()) {
            throw new IllegalArgumentException("memory of the heap cannot be sent without a copy");
        }
        Objects.checkFromIndexSize(offset, octets, memory.byteSize());
    }

    // ---- for connections ----

    /// Takes `held`.
    void hold(@Nullable Pbuf held) {
        packet = held;
        fragment = held;
    }

    void sender(long low, int port) {
        senderLow = low;
        senderPort = port;
    }

    /// Gives what it holds to the caller; null if it holds nothing.
    @Nullable
    Pbuf give() {
        final Pbuf given = packet;
        hold(null);
        isWritable = false;
        sender(IpAddress.ANY.low(), 0);
        return given;
    }

    /// As the owner of the stack.
    void releaseHere() {
        final Pbuf held = give();
        if (held != null) {
            held.release();
        }
    }

    /// Gives the memory back to the stack; the buffer can be used again, to receive into. No effect if it holds
    /// nothing.
    @Override
    public void close() {
        if (packet == null) {
            return;
        }
        try {
            stack.call(release);
        } catch (StackEndedException e) {
            give(); // Its memory went with the stack.
        }
    }
}
