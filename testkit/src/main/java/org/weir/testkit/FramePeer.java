package org.weir.testkit;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Queue;
import org.weir.base.SplitMix64;
import org.weir.link.DropCounters;
import org.weir.link.LinkCapabilities;
import org.weir.link.PairLink;
import org.weir.memory.Headroom;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;
import org.weir.wire.ArpPacket;
import org.weir.wire.EtherType;
import org.weir.wire.EthernetHeader;
import org.weir.wire.IpPrefix;
import org.weir.wire.Ipv4Header;
import org.weir.wire.MacAddress;

/// One stack, 192.0.2.2, and at the other end of its cable a test that writes and reads frames octet by octet as
/// 192.0.2.1. Answers ARP for itself unless told not to; everything else is kept for the test.
public final class FramePeer implements AutoCloseable {
    public static final long PEER_MAC = 0x02_00_00_00_00_01L;
    public static final long STACK_MAC = 0x02_00_00_00_00_02L;
    public static final int PEER_ADDRESS = 0xC000_0201;
    public static final int STACK_ADDRESS = 0xC000_0202;

    private static final PbufPool.Layout PEER_POOL = new PbufPool.Layout(256, 2_048, 64, 256, 64, 1, false);

    private final Arena arena = Arena.ofShared();
    private final PbufPool pool;
    private final PairLink cable;
    private final Stack stack;
    private final Deque<byte[]> frames = new ArrayDeque<>();
    private boolean answersArp = true;
    private boolean holds;
    private long nowNs;

    /// @param capabilities of the stack's end of the cable
    public FramePeer(StackConfig config, LinkCapabilities capabilities, long seed, long startNs) {
        nowNs = startNs;
        pool = new PbufPool(arena.allocate(PEER_POOL.bytes()), 0, PEER_POOL);
        cable = new PairLink(LinkCapabilities.plainEthernet(PEER_MAC, capabilities.mtu()), 1_024);
        cable.attach(pool, new DropCounters());
        final PairLink far = new PairLink(capabilities, 1_024);
        cable.connectTo(far);
        stack = Stack.create(config, new SplitMix64(seed), startNs);
        stack.addAddress(stack.addInterface("eth0", far), IpPrefix.parse("192.0.2.2/24"));
        settle();
        frames.clear();
    }

    /// With small buffers and an MTU of 1,500.
    public FramePeer() {
        this(StackConfig.small(), LinkCapabilities.plainEthernet(STACK_MAC, 1_500), 1, 1_000_000_000L);
    }

    public Stack stack() {
        return stack;
    }

    public long nowNs() {
        return nowNs;
    }

    /// Whether ARP requests for 192.0.2.1 are answered, and announcements heard; if not, they are kept like other
    /// frames.
    public FramePeer answersArp(boolean yes) {
        answersArp = yes;
        return this;
    }

    // ---- sending to the stack ----

    /// A buffer of `length` octets with headroom for all headers, the caller's.
    public Pbuf buffer(int length) {
        final Pbuf p = pool.take(Headroom.TRANSPORT, length);
        if (p == null) {
            throw new IllegalStateException("the peer's pool is dry");
        }
        return p;
    }

    /// Sends an IP payload (taken) from 192.0.2.1 to 192.0.2.2 and lets the stack work.
    public void sendIpv4(Pbuf payload, int protocol) {
        sendIpv4(payload, protocol, PEER_ADDRESS, STACK_ADDRESS);
    }

    /// As above, from and to any address.
    public void sendIpv4(Pbuf payload, int protocol, int source, int destination) {
        final long at = payload.prepend(Ipv4Header.LENGTH);
        new Ipv4Header()
                .at(payload.segment(), at)
                .begin(Ipv4Header.LENGTH)
                .typeOfService(payload.typeOfService())
                .totalLength(payload.totalLength())
                .identification(1)
                .flagsAndFragmentOffset(0)
                .timeToLive(64)
                .protocol(protocol)
                .source(source)
                .destination(destination)
                .sealChecksum();
        sendEthernet(payload, STACK_MAC, EtherType.IPV4);
    }

    /// Sends a payload (taken) in an Ethernet frame and lets the stack work.
    public void sendEthernet(Pbuf payload, long destination, int type) {
        final long at = payload.prepend(EthernetHeader.LENGTH);
        new EthernetHeader()
                .at(payload.segment(), at)
                .destination(destination)
                .source(PEER_MAC)
                .type(type);
        sendFrame(payload);
    }

    /// Sends a whole frame (taken) and lets the stack work.
    public void sendFrame(Pbuf frame) {
        cable.send(frame, nowNs);
        if (!holds) {
            settle();
        }
    }

    /// The frames that `sender` sends are all on the wire before the stack works.
    public void together(Runnable sender) {
        holds = true;
        sender.run();
        holds = false;
        settle();
    }

    /// Sends the octets of a whole frame.
    public void sendFrame(byte[] octets) {
        final Pbuf p = pool.takePage();
        if (p == null) {
            throw new IllegalStateException("the peer's pool is dry");
        }
        final long at = p.extend(octets.length);
        MemorySegment.copy(MemorySegment.ofArray(octets), 0, p.segment(), at, octets.length);
        sendFrame(p);
    }

    /// Sends an ARP packet.
    public void sendArp(int operation, long senderMac, int sender, long targetMac, int target) {
        final Pbuf p = buffer(ArpPacket.LENGTH);
        new ArpPacket()
                .at(p.segment(), p.offset())
                .begin(operation)
                .sender(senderMac, sender)
                .target(targetMac, target);
        sendEthernet(p, operation == ArpPacket.REQUEST ? MacAddress.BROADCAST : STACK_MAC, EtherType.ARP);
    }

    // ---- what the stack has sent ----

    /// The frames that the stack has sent and nobody has taken yet, oldest first.
    public Queue<byte[]> frames() {
        return frames;
    }

    /// Lets the stack work until it has nothing to do at this instant.
    public void settle() {
        int work = 1;
        while (work > 0) {
            work = stack.poll(nowNs) + cable.receive(this::keep, 64, nowNs);
        }
    }

    private void keep(Pbuf frame) {
        final EthernetHeader ethernet = new EthernetHeader().at(frame.segment(), frame.offset());
        if (answersArp && ethernet.type() == EtherType.ARP && answer(frame)) {
            frame.release();
            return;
        }
        final byte[] octets = new byte[frame.totalLength()];
        frame.copyTo(0, MemorySegment.ofArray(octets), 0, octets.length);
        frame.release();
        frames.add(octets);
    }

    private boolean answer(Pbuf frame) {
        final ArpPacket request = new ArpPacket().at(frame.segment(), frame.offset() + EthernetHeader.LENGTH);
        if (request.senderProtocol() == request.targetProtocol()) {
            return true;
        }
        if (request.operation() != ArpPacket.REQUEST || request.targetProtocol() != PEER_ADDRESS) {
            return false;
        }
        sendArp(ArpPacket.REPLY, PEER_MAC, PEER_ADDRESS, request.senderHardware(), request.senderProtocol());
        return true;
    }

    /// Lets `ns` of virtual time pass, with a poll at each moment at which the stack asks for one.
    public void after(long ns) {
        final long endNs = nowNs + ns;
        while (stack.nextDeadlineNs() - endNs <= 0) {
            nowNs = Math.max(nowNs, stack.nextDeadlineNs());
            settle();
        }
        nowNs = endNs;
        settle();
    }

    @Override
    public void close() {
        stack.close();
        arena.close();
    }
}
