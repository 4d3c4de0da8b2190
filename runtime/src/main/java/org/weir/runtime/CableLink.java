package org.weir.runtime;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Queue;
import org.jctools.queues.SpscArrayQueue;
import org.jspecify.annotations.Nullable;
import org.weir.link.DropCounters;
import org.weir.link.DropReason;
import org.weir.link.Link;
import org.weir.link.LinkCapabilities;
import org.weir.link.PacketSink;
import org.weir.memory.Headroom;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.time.TimerWheel;
import org.weir.wire.EthernetHeader;

/// One end of an Ethernet cable between two stacks of this JVM that run in different threads.
///
/// ```text
///   owner of stack A                                        owner of stack B
///     send ------ copy ----> | frames on their way | ----- copy ----> receive
///       ^                                                                |
///       '------------------- | empty frames        | <-------------------'
/// ```
///
/// A frame is copied into memory of the cable and out of it again, so that neither stack touches the buffers of the
/// other. Both compute and verify every checksum. Nothing is allocated once the cable is made; its memory goes with the
/// last end.
public final class CableLink implements Link {
    /// Frames that may be on their way in one direction.
    private static final int FRAMES = 256;

    private static final long FIRST_ADDRESS = 0x0200_0000_0001L;
    private static final long SECOND_ADDRESS = 0x0200_0000_0002L;

    /// Both ends, each for the stack whose waiter it was made with.
    public record Ends(CableLink first, CableLink second) {}

    private static final class Frame {
        final MemorySegment octets;
        int length;

        Frame(MemorySegment octets) {
            this.octets = octets;
        }
    }

    /// One direction. Each queue has one thread that adds and one that takes: the owners of the stacks, one at a
    /// time.
    private static final class Wire {
        final Queue<Frame> onTheirWay = new SpscArrayQueue<>(FRAMES);
        final Queue<Frame> empty = new SpscArrayQueue<>(FRAMES);

        Wire(int octets) {
            final MemorySegment all = Arena.ofAuto().allocate((long) FRAMES * octets, Long.BYTES);
            for (int i = 0; i < FRAMES; i++) {
                empty.add(new Frame(all.asSlice((long) i * octets, octets)));
            }
        }
    }

    private final LinkCapabilities capabilities;
    private final Wire in;
    private final Wire out;
    private final Waiter far;
    private @Nullable PbufPool pool;
    private DropCounters drops = new DropCounters();

    private CableLink(LinkCapabilities capabilities, Wire in, Wire out, Waiter far) {
        this.capabilities = capabilities;
        this.in = in;
        this.out = out;
        this.far = far;
    }

    /// Makes a cable between the stacks whose owners sleep in `first` and `second`.
    ///
    /// @param mtu octets of IP packet in one frame, [LinkCapabilities#MINIMUM_MTU] to
    /// [LinkCapabilities#MAXIMUM_MTU]
    public static Ends between(Waiter first, Waiter second, int mtu) {
        final Wire there = new Wire(mtu + EthernetHeader.LENGTH);
        final Wire back = new Wire(mtu + EthernetHeader.LENGTH);
        return new Ends(
                new CableLink(LinkCapabilities.plainEthernet(FIRST_ADDRESS, mtu), back, there, second),
                new CableLink(LinkCapabilities.plainEthernet(SECOND_ADDRESS, mtu), there, back, first));
    }

    @Override
    public LinkCapabilities capabilities() {
        return capabilities;
    }

    @Override
    public void attach(PbufPool stackPool, DropCounters stackDrops) {
        pool = stackPool;
        drops = stackDrops;
    }

    // ---- in ----

    /// As [Link#receive]. A sender that had no frame left is woken.
    @Override
    public int receive(PacketSink sink, int budget, long nowNs) {
        boolean wasFull = false;
        int received = 0;
        for (; received < budget; received++) {
            final Frame frame = in.onTheirWay.poll();
            if (frame == null) {
                break;
            }
            final Pbuf copy = pool == null ? null : pool.copyOf(Headroom.RAW, frame.octets, 0, frame.length);
            in.empty.add(frame);
            wasFull |= in.empty.size() <= 1;
            if (copy == null) {
                drops.count(DropReason.NO_BUFFER);
            } else {
                sink.process(copy);
            }
        }
        if (wasFull) {
            far.wake();
        }
        return received;
    }

    @Override
    public long nextDeadlineNs() {
        return in.onTheirWay.isEmpty() ? TimerWheel.NEVER : Long.MIN_VALUE;
    }

    // ---- out ----

    @Override
    public int room() {
        return out.empty.size();
    }

    @Override
    public void send(Pbuf frame, long nowNs) {
        if (frame.totalLength() > capabilities.mtu() + EthernetHeader.LENGTH) {
            drops.drop(frame, DropReason.FRAME_TOO_LONG);
            return;
        }
        final Frame carrier = out.empty.poll();
        if (carrier == null) {
            drops.drop(frame, DropReason.LINK_BUSY);
            return;
        }
        carrier.length = frame.totalLength();
        frame.copyTo(0, carrier.octets, 0, carrier.length);
        frame.release();
        out.onTheirWay.add(carrier);
    }

    @Override
    public void flush(long nowNs) {
        far.wake();
    }

    /// No effect: what is on its way may still be received.
    @Override
    public void close() {
        // The memory goes when both ends are gone.
    }
}
