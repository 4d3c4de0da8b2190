package org.weir.drivers;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.weir.link.DropCounters;
import org.weir.memory.Headroom;
import org.weir.memory.PacketQueue;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.wire.ArpPacket;
import org.weir.wire.EtherType;
import org.weir.wire.EthernetHeader;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;
import org.weir.wire.Ipv4Header;
import org.weir.wire.MacAddress;

/// The far end of a TAP in the test's namespace, without a stack: 10.10.10.2, with the kernel at 10.10.10.1. Sends
/// and receives frames by hand. Closing it checks that every buffer came back.
final class TapHost implements AutoCloseable {
    static final int KERNEL = IpAddress.parse("10.10.10.1").ipv4();
    static final int OURS = IpAddress.parse("10.10.10.2").ipv4();
    static final long MAC = MacAddress.parse("02:00:00:00:00:02");
    static final int PAGE = 2048;

    private static final IpPrefix KERNEL_PREFIX = IpPrefix.parse("10.10.10.1/24");
    private static final long PATIENCE_NS = 5_000_000_000L;
    private static final int PAGES = 256;

    final TapLink link;
    final LinkWaiter waiter;
    final DropCounters drops = new DropCounters();
    final PbufPool pool;
    private final Arena arena = Arena.ofConfined();
    private final PacketQueue arrived = new PacketQueue();

    private TapHost(TapLink link) throws IOException {
        this.link = link;
        waiter = LinkWaiter.on(link.fileDescriptor());
        final PbufPool.Layout layout = new PbufPool.Layout(PAGES, PAGE, 64, 256, 1100, 16, false);
        pool = new PbufPool(arena.allocate(layout.bytes(), PAGE), 0, layout);
        link.attach(pool, drops);
    }

    /// Opens the device and brings up the kernel's end.
    static TapHost open(TapOptions options) throws IOException {
        final TapHost host = new TapHost(TapLink.open(options));
        final KernelInterface kernel = KernelInterface.named(host.link.name());
        kernel.address(KERNEL_PREFIX);
        kernel.up();
        return host;
    }

    static TapOptions options() {
        return TapOptions.tap("weir0").withHardwareAddress(MAC);
    }

    /// An ARP request for the kernel's address, given to the caller. Answering it teaches the kernel ours.
    Pbuf arpRequest() {
        final Pbuf frame = take(EthernetHeader.LENGTH + ArpPacket.LENGTH);
        final MemorySegment memory = frame.segment();
        new EthernetHeader()
                .at(memory, frame.offset())
                .destination(MacAddress.BROADCAST)
                .source(MAC)
                .type(EtherType.ARP);
        new ArpPacket()
                .at(memory, frame.offset() + EthernetHeader.LENGTH)
                .begin(ArpPacket.REQUEST)
                .sender(MAC, OURS)
                .target(0, KERNEL);
        return frame;
    }

    Pbuf take(int length) {
        final Pbuf frame = pool.take(Headroom.RAW, length);
        assertNotNull(frame);
        return frame;
    }

    void send(Pbuf frame) {
        link.send(frame, 0);
        link.flush(0);
    }

    /// Sends an ARP request and returns the kernel's MAC address as it answers.
    long resolveKernel() {
        send(arpRequest());
        final Pbuf reply = await(TapHost::isArpReply);
        final long mac = arp(reply).senderHardware();
        reply.release();
        return mac;
    }

    static boolean isArpReply(Pbuf frame) {
        return ethernet(frame).type() == EtherType.ARP && arp(frame).operation() == ArpPacket.REPLY;
    }

    static boolean isIpv4(Pbuf frame, int protocol) {
        return ethernet(frame).type() == EtherType.IPV4 && ipv4(frame).protocol() == protocol;
    }

    static EthernetHeader ethernet(Pbuf frame) {
        return new EthernetHeader().at(frame.segment(), frame.offset());
    }

    static ArpPacket arp(Pbuf frame) {
        return new ArpPacket().at(frame.segment(), frame.offset() + EthernetHeader.LENGTH);
    }

    static Ipv4Header ipv4(Pbuf frame) {
        return new Ipv4Header().at(frame.segment(), frame.offset() + EthernetHeader.LENGTH);
    }

    /// The next frame that `wanted` accepts, given to the caller; others are thrown away. Fails after five
    /// seconds.
    Pbuf await(Predicate<Pbuf> wanted) {
        final long start = System.nanoTime();
        while (true) {
            final Pbuf frame = poll(wanted);
            if (frame != null) {
                return frame;
            }
            final long left = start + PATIENCE_NS - System.nanoTime();
            if (left <= 0) {
                throw new AssertionError("the frame did not come");
            }
            waiter.await(left);
        }
    }

    private @Nullable Pbuf poll(Predicate<Pbuf> wanted) {
        link.receive(arrived::add, 16, 0);
        for (Pbuf frame = arrived.poll(); frame != null; frame = arrived.poll()) {
            if (wanted.test(frame)) {
                return frame;
            }
            frame.release();
        }
        return null;
    }

    @Override
    public void close() {
        arrived.clear();
        waiter.close();
        link.close();
        pool.assertNoLeaks();
        arena.close();
    }
}
