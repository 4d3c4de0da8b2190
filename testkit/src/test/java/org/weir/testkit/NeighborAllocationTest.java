package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.weir.testkit.TcpScenario.seconds;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.weir.base.SplitMix64;
import org.weir.ip.Netif;
import org.weir.link.DropCounters;
import org.weir.link.LinkCapabilities;
import org.weir.link.PairLink;
import org.weir.memory.Headroom;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.stack.SelfExercise;
import org.weir.stack.SocketAddress;
import org.weir.stack.Sockets;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;
import org.weir.wire.ArpPacket;
import org.weir.wire.EtherType;
import org.weir.wire.EthernetHeader;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;
import org.weir.wire.MacAddress;

/// Neighbours that come, are asked again, move, fail and go, and a rival, allocate nothing. Run a second time in the
/// interpreter.
class NeighborAllocationTest {
    private static final PbufPool.Layout POOL = new PbufPool.Layout(64, 2_048, 64, 256, 64, 1, false);
    private static final long MAC = 0x02_00_00_00_00_02L;
    private static final long THEIRS = 0x02_00_00_00_01_00L;
    private static final int OURS = 0xC000_0202;
    private static final int HOSTS = 0xC000_0280;

    @Test
    @Tag("allocation")
    void neighboursAllocateNothing() {
        SelfExercise.run();
        try (Lives lives = new Lives()) {
            lives.run();
            AllocationGuard.assertAllocatesNothing("the lives of 40 neighbours", 6, lives);
            assertEquals(0, lives.stack.drops().of(org.weir.link.DropReason.NO_BUFFER));
        }
    }

    /// More hosts than the table holds. Each is sent to; every third never answers, the others answer, are sent to
    /// again when they are stale, and answer or not.
    private static final class Lives implements Runnable, AutoCloseable {
        private final Arena arena = Arena.ofShared();
        private final PbufPool pool = new PbufPool(arena.allocate(POOL.bytes()), 0, POOL);
        private final PairLink end = new PairLink(LinkCapabilities.plainEthernet(THEIRS, 1_500), 256);
        private final Stack stack = Stack.create(StackConfig.small(), new SplitMix64(1), 1);
        private final Netif netif;
        private final Sockets sockets = stack.sockets();
        private final MemorySegment octets = arena.allocate(16);
        private final SocketAddress[] hosts = new SocketAddress[40];
        private final EthernetHeader ethernet = new EthernetHeader();
        private final ArpPacket arp = new ArpPacket();
        private final int socket;
        private long nowNs = 1;

        private Lives() {
            end.attach(pool, new DropCounters());
            final PairLink far = new PairLink(LinkCapabilities.plainEthernet(MAC, 1_500), 256);
            end.connectTo(far);
            netif = stack.addInterface("eth0", far);
            stack.addAddress(netif, IpPrefix.parse("192.0.2.2/24"));
            for (int i = 0; i < hosts.length; i++) {
                hosts[i] = new SocketAddress(IpAddress.ofIpv4(HOSTS + i), 9);
            }
            socket = sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
        }

        @Override
        public void run() {
            for (int i = 0; i < hosts.length; i++) {
                send(i);
                answer(i);
                advance(seconds(1));
                announce(i, HOSTS + i);
                announce(i, OURS);
                send(i);
                advance(seconds(7));
                answer(i);
            }
            advance(seconds(100));
            stack.neighbors().flush(netif);
        }

        private void send(int host) {
            sockets.sendTo(socket, octets, 0, 10, hosts[host]);
            settle();
        }

        private void answer(int host) {
            if (host % 3 != 0) {
                arrives(ArpPacket.REPLY, THEIRS + host, HOSTS + host, MAC, OURS);
            }
        }

        private void announce(int host, int address) {
            arrives(ArpPacket.REQUEST, THEIRS + host + host % 2, address, 0, address);
        }

        private void arrives(int operation, long mac, int sender, long targetMac, int target) {
            final Pbuf p = pool.take(Headroom.LINK, ArpPacket.LENGTH);
            if (p == null) {
                throw new IllegalStateException("the pool of the other end is dry");
            }
            arp.at(p.segment(), p.offset()).begin(operation).sender(mac, sender).target(targetMac, target);
            final long at = p.prepend(EthernetHeader.LENGTH);
            ethernet.at(p.segment(), at).write(MacAddress.BROADCAST, mac, EtherType.ARP);
            end.send(p, nowNs);
            settle();
        }

        private void settle() {
            int work = 1;
            while (work > 0) {
                work = stack.poll(nowNs) + end.receive(Pbuf::release, 64, nowNs);
            }
        }

        private void advance(long ns) {
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
            sockets.close(socket);
            stack.close();
            arena.close();
        }
    }
}
