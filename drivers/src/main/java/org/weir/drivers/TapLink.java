package org.weir.drivers;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;
import org.weir.drivers.TapOptions.Mode;
import org.weir.link.DropCounters;
import org.weir.link.DropReason;
import org.weir.link.Framing;
import org.weir.link.Link;
import org.weir.link.LinkCapabilities;
import org.weir.link.PacketSink;
import org.weir.memory.ChecksumState;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.time.TimerWheel;

/// A TAP or TUN device: the stack at one end, an interface of the kernel at the other.
///
/// Frames are read straight into memory of this side and gathered straight from the packets' buffers, one system call
/// each. Without offload they are read into pages of the stack's pool. With it, the `virtio_net_hdr` in front of each
/// frame carries what is left to do, so that checksums are never computed and 64 KiB cross at once: into a buffer of
/// that size, which goes up as it is or, if the frame is short, by a copy.
///
/// All buffers of packets that are sent must lie in native memory, as those of a pool do.
public final class TapLink implements Link {
    /// Octets of TCP payload in one packet: a multiple of the usual 1448, and with all headers and options below
    /// the 65,535 octets of an IP packet.
    private static final int SEGMENTATION_LIMIT = 65_160;

    /// `UIO_MAXIOV` less the header, rounded.
    private static final int MAX_PIECES = 1000;

    /// The kernel takes a frame at once or refuses it; this only bounds a burst.
    private static final int BURST = 64;

    /// A frame that comes this long after the last call is probably alone.
    private static final long LONE_NS = 20_000;

    /// What was received goes to its user before the next burst comes, while it is in the second-level cache.
    private static final int BURST_OCTETS = 256 * 1024;

    /// An Ethernet header and one VLAN tag.
    private static final int ETHERNET_OVERHEAD = 18;

    private static final long LOCALLY_ADMINISTERED = 0x0200_0000_0000L;
    private static final long STATION_BITS = 0xFCFF_FFFF_FFFFL;
    private static final int CLOSED = -1;

    // poll(2), asm-generic/poll.h: struct pollfd { int fd; short events; short revents; }
    private static final int POLLFD_SIZE = 8;
    private static final int POLLFD_EVENTS = 4;
    private static final int POLLFD_REVENTS = 6;
    private static final short POLLOUT = 0x004;

    private final String name;
    private final LinkCapabilities capabilities;
    private final int overhead;
    private final int receiveCapacity;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment receiveHeader;
    private final MemorySegment sendHeader;
    private final MemorySegment sendIovecs;
    private final MemorySegment writable = arena.allocate(POLLFD_SIZE, Integer.BYTES);
    private final MemorySegment noTime = arena.allocate(Timespec.SIZE, Long.BYTES);
    private int fd;
    /// Frames that the next call may receive.
    private int burst = 1;
    private long lastReceiveNs;
    private DropCounters drops = new DropCounters();
    private @Nullable ReceiveMemory receiveMemory;

    private TapLink(TunDevice.Opened device, TapOptions options, int interfaceMtu) {
        fd = device.fileDescriptor();
        name = device.name();
        overhead = options.mode() == Mode.TAP ? ETHERNET_OVERHEAD : 0;
        capabilities = capabilities(device, options, interfaceMtu);
        final int longest =
                options.offload() ? LinkCapabilities.MAXIMUM_MTU : Math.max(interfaceMtu, capabilities.mtu());
        receiveCapacity = longest + overhead;
        final int headerSize = options.offload() ? VirtioNetHeader.SIZE : 0;
        receiveHeader = arena.allocate(headerSize, Long.BYTES);
        sendHeader = arena.allocate(headerSize, Long.BYTES);
        sendIovecs = arena.allocate((long) Iovec.SIZE * (1 + MAX_PIECES), Long.BYTES);
        Iovec.write(sendIovecs, 0, sendHeader.address(), headerSize);
    }

    /// Opens the device that exists by that name, or makes one that lasts until [#close], in the network namespace
    /// of the calling thread. The interface is left as it is: whoever owns it brings it up and gives it an
    /// address.
    ///
    /// @throws IOException if that fails; the message names the device, the cause and what to do
    public static TapLink open(TapOptions options) throws IOException {
        Libc.exercise();
        final TunDevice.Opened device = TunDevice.open(options);
        try {
            final int mtu = KernelInterface.named(device.name()).mtu();
            return new TapLink(device, options, Math.min(mtu, LinkCapabilities.MAXIMUM_MTU));
        } catch (IOException | RuntimeException e) {
            Libc.close(device.fileDescriptor());
            throw e;
        }
    }

    private static LinkCapabilities capabilities(TunDevice.Opened device, TapOptions options, int interfaceMtu) {
        return new LinkCapabilities(
                options.mode() == Mode.TAP ? Framing.ETHERNET : Framing.IP,
                hardwareAddress(options),
                options.mtu() == 0 ? interfaceMtu : options.mtu(),
                options.offload(),
                options.offload() ? SEGMENTATION_LIMIT : 0,
                device.datagramSegmentation(),
                MAX_PIECES);
    }

    private static long hardwareAddress(TapOptions options) {
        if (options.mode() == Mode.TUN || options.hardwareAddress() != 0) {
            return options.hardwareAddress();
        }
        return new SystemEntropy().next() & STATION_BITS | LOCALLY_ADMINISTERED;
    }

    /// The interface's name, as the kernel calls it.
    public String name() {
        return name;
    }

    /// What to wait on for frames; -1 once closed.
    public int fileDescriptor() {
        return fd;
    }

    @Override
    public LinkCapabilities capabilities() {
        return capabilities;
    }

    @Override
    public void attach(PbufPool pool, DropCounters stackDrops) {
        drops = stackDrops;
        receiveMemory = capabilities.checksumOut()
                ? new ReceiveBuffers(arena, pool, receiveHeader, receiveCapacity)
                : new ReceivePages(arena, pool, receiveHeader, receiveCapacity);
    }

    // ---- in ----

    /// As [Link#receive]. After a pause a burst begins with one frame and doubles while the device fills it, so
    /// that a lone frame goes up, and its answer out, before anybody asks whether there are more. It ends early
    /// once it holds [#BURST_OCTETS].
    ///
    /// When the pool is dry, frames are taken from the kernel all the same and dropped, as a network card does:
    /// left there, they would keep the device readable and the owner awake.
    @Override
    public int receive(PacketSink sink, int budget, long nowNs) {
        final ReceiveMemory room = receiveMemory;
        if (room == null) {
            return 0;
        }
        final int most = nowNs - lastReceiveNs > LONE_NS ? 1 : Math.min(budget, burst);
        lastReceiveNs = nowNs;
        burst = Math.min(2 * most, budget);
        int received = 0;
        long burstOctets = 0;
        for (int i = 0; i < most && burstOctets < BURST_OCTETS; i++) {
            final long octets = room.read(fd);
            if (octets < 0) {
                burst = 1;
                break;
            }
            burstOctets += octets;
            final Pbuf frame = accept(room, (int) (octets - receiveHeader.byteSize()));
            if (frame != null) {
                received++;
                sink.process(frame);
            }
        }
        return received;
    }

    /// The frame of `length` octets that was just read, given to the caller; null if it had to be dropped.
    private @Nullable Pbuf accept(ReceiveMemory room, int length) {
        final DropReason refusal = length <= 0 ? DropReason.LINK_MALFORMED : room.refusal(length);
        if (refusal != null) {
            drops.count(refusal);
            return null;
        }
        final Pbuf frame = room.take(length);
        if (frame == null) {
            drops.count(DropReason.NO_BUFFER);
            return null;
        }
        if (capabilities.checksumOut() && !VirtioNetHeader.describe(receiveHeader, frame)) {
            drops.drop(frame, DropReason.LINK_MALFORMED);
            return null;
        }
        return frame;
    }

    // ---- out ----

    /// True while the kernel's end is up: only then would it take a frame.
    @Override
    public boolean hasCarrier() {
        if (fd == CLOSED) {
            return false;
        }
        writable.set(ValueLayout.JAVA_INT, 0, fd);
        writable.set(ValueLayout.JAVA_SHORT, POLLFD_EVENTS, POLLOUT);
        Timespec.write(noTime, 0);
        return Libc.ppoll(writable.address(), 1, noTime.address()) > 0
                && writable.get(ValueLayout.JAVA_SHORT, POLLFD_REVENTS) == POLLOUT;
    }

    /// A constant: nothing is queued on this side.
    @Override
    public int room() {
        return BURST;
    }

    @Override
    public void send(Pbuf frame, long nowNs) {
        if (fd == CLOSED) {
            drops.drop(frame, DropReason.INTERFACE_DOWN);
            return;
        }
        final int pieces = frame.totalLength() > longest(frame) ? -1 : gather(frame);
        if (pieces < 0) {
            drops.drop(frame, DropReason.FRAME_TOO_LONG);
            return;
        }
        if (capabilities.checksumOut()) {
            VirtioNetHeader.write(sendHeader, frame);
        }
        final long written = capabilities.checksumOut()
                ? Libc.writev(fd, sendIovecs.address(), 1 + pieces)
                : Libc.writev(fd, sendIovecs.address() + Iovec.SIZE, pieces);
        if (written < 0) {
            drops.drop(frame, DropReason.LINK_BUSY);
            return;
        }
        frame.release();
    }

    /// The most octets that a packet like `frame` may have.
    private int longest(Pbuf frame) {
        final boolean isCut = frame.segmentSize() > 0 && frame.checksumState() == ChecksumState.PARTIAL;
        return overhead + (isCut && capabilities.checksumOut() ? LinkCapabilities.MAXIMUM_MTU : capabilities.mtu());
    }

    /// Names the buffers of `frame` to the kernel. Returns how many there are, -1 if too many.
    private int gather(Pbuf frame) {
        int pieces = 0;
        for (Pbuf piece = frame; piece != null; piece = piece.next()) {
            if (pieces == MAX_PIECES) {
                return -1;
            }
            Iovec.write(sendIovecs, ++pieces, piece.segment().address() + piece.offset(), piece.length());
        }
        return pieces;
    }

    @Override
    public void flush(long nowNs) {
        // Frames are with the kernel as soon as they are sent.
    }

    @Override
    public long nextDeadlineNs() {
        return TimerWheel.NEVER;
    }

    @Override
    public void close() {
        if (fd == CLOSED) {
            return;
        }
        if (receiveMemory != null) {
            receiveMemory.release();
            receiveMemory = null;
        }
        Libc.close(fd);
        fd = CLOSED;
        arena.close();
    }

    @Override
    public String toString() {
        return name;
    }
}
