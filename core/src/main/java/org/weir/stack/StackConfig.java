package org.weir.stack;

import org.weir.esp.Esp;
import org.weir.ip.ErrorRecords;
import org.weir.ip.Ipv4;
import org.weir.ip.RoutingTable;
import org.weir.memory.Headroom;
import org.weir.memory.MemoryPlan;
import org.weir.memory.PbufPool;
import org.weir.tcp.CongestionAlgorithm;
import org.weir.tcp.Tcp;
import org.weir.tcp.TcpConfig;

/// Everything that is fixed when a stack starts. Values are checked when the record is made; the message of an
/// `IllegalArgumentException` names the setting, its value and what is permitted.
///
/// @param pages pages for received frames and socket data
/// @param pageSize octets in a page: at least a frame of the link with the largest MTU that does not coalesce
/// @param reservedPages pages that only links may take, so that acknowledgments come in when sockets hold all others
/// @param blocks small buffers for headers and short packets
/// @param references handles for memory that is sent without a copy
/// @param neighbors hosts on all links whose hardware addresses are known or asked for; also
///     paths whose MTU is known to be less than that of their first link
/// @param routes entries of the routing table, those for the interfaces' own addresses and networks included
/// @param udpEndpoints UDP endpoints
/// @param udpQueue octets that wait for the reader of one UDP endpoint
/// @param rawEndpoints raw endpoints and those for ICMP echo, each with a queue as that of a UDP endpoint; and as many
/// packet endpoints
/// @param memberships groups that UDP endpoints have joined, all together
/// @param reassemblies datagrams of which fragments wait for the others; they hold a quarter of the pages at most
/// @param sockets descriptors of the BSD-like interface
/// @param receiveBudget frames that one poll takes from each interface
/// @param traceLeaks remember where each buffer was taken: slow, allocates, for debugging
/// @param tcp the settings of TCP
public record StackConfig(
        int pages,
        int pageSize,
        int reservedPages,
        int blocks,
        int references,
        int neighbors,
        int routes,
        int udpEndpoints,
        int udpQueue,
        int rawEndpoints,
        int memberships,
        int reassemblies,
        int sockets,
        int receiveBudget,
        boolean traceLeaks,
        TcpConfig tcp) {
    /// Octets in a small buffer: all headroom, and what a short packet needs behind it.
    static final int BLOCK_SIZE = 256;

    private static final int MINIMUM_PAGE = 512;
    private static final int MAXIMUM_PAGE = 1 << 16;
    private static final int HEAP_PER_PBUF = 140;
    private static final int HEAP_PER_ERROR = 64;
    private static final int HEAP_PER_NEIGHBOR = 208;
    private static final int HEAP_PER_PATH = 96;
    /// With its timer, and its sender.
    private static final int HEAP_PER_REASSEMBLY = 344;
    private static final int HEAP_PER_ENDPOINT = 152;
    /// With the group that it may be the only member of, and its part of the lists that the filters of all are
    /// merged in.
    private static final int HEAP_PER_MEMBERSHIP = 1_048;

    public StackConfig {
        check("pages", pages, 16, 1 << 24);
        check("page size", pageSize, MINIMUM_PAGE, MAXIMUM_PAGE);
        check("reserved pages", reservedPages, 1, pages / 2);
        check("blocks", blocks, 16, 1 << 24);
        check("references", references, 16, 1 << 24);
        check("neighbors", neighbors, 1, 1 << 20);
        check("routes", routes, 4, 1 << 20);
        check("UDP endpoints", udpEndpoints, 1, 1 << 16);
        check("UDP queue (octets)", udpQueue, 1, 1 << 30);
        check("raw endpoints", rawEndpoints, 1, 1 << 10);
        check("memberships", memberships, 1, 1 << 12);
        check("reassemblies", reassemblies, 1, 1 << 12);
        check("sockets", sockets, 1, 1 << 16);
        check("receive budget", receiveBudget, 1, 1 << 16);
    }

    private static void check(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " of " + value + " is not in " + least + " to " + most);
        }
    }

    /// A host of about 24 MiB for up to 1,024 connections.
    public static StackConfig defaults() {
        return new StackConfig(
                8_192,
                2_048,
                256,
                2_048,
                8_192,
                256,
                256,
                64,
                256 * 1024,
                16,
                64,
                64,
                1_024,
                64,
                false,
                TcpConfig.defaults());
    }

    /// A host of about 1.5 MB for a handful of connections, as packet-level tests use it: with the simplest of each
    /// kind, so that a test sees what it asks for. Buffers do not grow, congestion control is NewReno, and no
    /// acknowledgment is quick.
    public static StackConfig small() {
        final TcpConfig tcp = TcpConfig.defaults().toBuilder()
                .connections(16)
                .buffers(64 * 1024, 64 * 1024)
                .maximumBuffers(64 * 1024, 64 * 1024)
                .congestion(CongestionAlgorithm.NEW_RENO)
                .quickAcks(0)
                .build();
        return new StackConfig(512, 2_048, 64, 256, 1_024, 16, 32, 8, 64 * 1024, 4, 8, 8, 32, 64, false, tcp);
    }

    public StackConfig withTcp(TcpConfig settings) {
        return new StackConfig(
                pages,
                pageSize,
                reservedPages,
                blocks,
                references,
                neighbors,
                routes,
                udpEndpoints,
                udpQueue,
                rawEndpoints,
                memberships,
                reassemblies,
                sockets,
                receiveBudget,
                traceLeaks,
                settings);
    }

    public StackConfig withPages(int count, int reserved) {
        return new StackConfig(
                count,
                pageSize,
                reserved,
                blocks,
                references,
                neighbors,
                routes,
                udpEndpoints,
                udpQueue,
                rawEndpoints,
                memberships,
                reassemblies,
                sockets,
                receiveBudget,
                traceLeaks,
                tcp);
    }

    public StackConfig withSockets(int count) {
        return new StackConfig(
                pages,
                pageSize,
                reservedPages,
                blocks,
                references,
                neighbors,
                routes,
                udpEndpoints,
                udpQueue,
                rawEndpoints,
                memberships,
                reassemblies,
                count,
                receiveBudget,
                traceLeaks,
                tcp);
    }

    public StackConfig withRoutes(int count) {
        return new StackConfig(
                pages,
                pageSize,
                reservedPages,
                blocks,
                references,
                neighbors,
                count,
                udpEndpoints,
                udpQueue,
                rawEndpoints,
                memberships,
                reassemblies,
                sockets,
                receiveBudget,
                traceLeaks,
                tcp);
    }

    public StackConfig withTraceLeaks(boolean on) {
        return new StackConfig(
                pages,
                pageSize,
                reservedPages,
                blocks,
                references,
                neighbors,
                routes,
                udpEndpoints,
                udpQueue,
                rawEndpoints,
                memberships,
                reassemblies,
                sockets,
                receiveBudget,
                on,
                tcp);
    }

    PbufPool.Layout layout() {
        return new PbufPool.Layout(pages, pageSize, blocks, BLOCK_SIZE, references, reservedPages, traceLeaks);
    }

    /// What a stack with this configuration will hold; the arena's octets exactly, the heap's estimated.
    public MemoryPlan plan() {
        assert BLOCK_SIZE > Headroom.TRANSPORT.octets();
        final MemoryPlan plan = new MemoryPlan()
                .arena("pages", pages, pageSize)
                .arena("blocks", blocks, BLOCK_SIZE)
                .heap("packet buffer handles", pages + blocks + references, HEAP_PER_PBUF);
        Tcp.plan(plan, pages, tcp);
        plan.heap("UDP endpoints", udpEndpoints, HEAP_PER_ENDPOINT)
                .heap("raw endpoints", rawEndpoints, HEAP_PER_ENDPOINT)
                .heap("packet endpoints", rawEndpoints, HEAP_PER_ENDPOINT)
                .heap("multicast memberships", memberships, HEAP_PER_MEMBERSHIP)
                .heap("fragmented datagrams", reassemblies, HEAP_PER_REASSEMBLY)
                .heap("fragment identifications", Ipv4.IDENTIFICATIONS, Integer.BYTES)
                .heap("neighbours", neighbors, HEAP_PER_NEIGHBOR)
                .heap("narrow paths", neighbors, HEAP_PER_PATH)
                .heap("reported errors", ErrorRecords.COUNT, HEAP_PER_ERROR);
        RoutingTable.plan(plan, routes);
        Esp.plan(plan);
        return plan.heap("socket descriptors", sockets, HEAP_PER_ENDPOINT);
    }
}
