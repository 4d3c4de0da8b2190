package org.weir.testkit;

import static org.weir.testkit.SegmentSpec.segment;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.weir.ip.PacketChecksum;
import org.weir.link.DropReason;
import org.weir.link.Framing;
import org.weir.link.LinkCapabilities;
import org.weir.memory.Pbuf;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;
import org.weir.tcp.TcpConnection;
import org.weir.tcp.TcpListener;
import org.weir.tcp.TcpState;
import org.weir.wire.Checksum;
import org.weir.wire.EthernetHeader;
import org.weir.wire.IpAddress;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;
import org.weir.wire.TcpHeader;

/// A TCP conversation as sentences: one stack, an application on it, and a peer whose every segment the test writes.
///
/// ```java
/// TcpScenario.established()
///     .receives(segment().seq(1).ack(1).length(100))
///     .after(millis(40))
///     .sends(segment().seq(1).ack(101))
///     .sendsNothing();
/// ```
///
/// Both sequence spaces start just before the wrap. Octets carry a pattern that tells their place, so a misplaced one
/// is found.
public final class TcpScenario implements AutoCloseable {
    /// The stack listens here.
    public static final int STACK_PORT = 80;

    private static final int PEER_PORT = 40_000;
    private static final int NEAR_THE_WRAP = 0xFFFF_FF80;
    private static final LinkCapabilities PLAIN = LinkCapabilities.plainEthernet(FramePeer.STACK_MAC, 1_500);
    private static final long ISN_TICK_NS = 4_000;
    private static final long BASE_NS = 1_000_000_000L;

    private final FramePeer wire;
    private final List<String> trace = new ArrayList<>();
    private final TcpApplication application = new TcpApplication(this);
    private final int peerIss = NEAR_THE_WRAP;
    private int stackIss;
    private boolean issKnown;
    private int highestSent;
    private int largestSentAt;
    private final boolean offloads;
    private int stackPort = STACK_PORT;
    private int peerPort = PEER_PORT;
    private @Nullable TcpListener listener;

    private TcpScenario(StackConfig config, LinkCapabilities link, long startNs) {
        wire = new FramePeer(config, link, 7, startNs);
        offloads = link.checksumOut();
    }

    /// Microseconds in nanoseconds.
    public static long micros(long us) {
        return us * 1_000L;
    }

    /// Milliseconds in nanoseconds.
    public static long millis(long ms) {
        return ms * 1_000_000L;
    }

    /// Seconds in nanoseconds.
    public static long seconds(long s) {
        return s * 1_000_000_000L;
    }

    // ---- beginnings ----

    /// A stack that listens on port 80.
    public static TcpScenario listening() {
        return listening(StackConfig.small());
    }

    public static TcpScenario listening(StackConfig config) {
        return listening(config, PLAIN);
    }

    private static TcpScenario listening(StackConfig config, LinkCapabilities link) {
        try (TcpScenario probe = new TcpScenario(config, link, BASE_NS).listen()) {
            probe.receives(segment().syn().seq(0));
            return new TcpScenario(config, link, probe.startNearTheWrap()).listen();
        }
    }

    private long startNearTheWrap() {
        learnIss();
        final long ticks = NEAR_THE_WRAP - stackIss & 0xFFFF_FFFFL;
        return BASE_NS + ticks * ISN_TICK_NS;
    }

    private TcpScenario listen() {
        final TcpListener l = stack().tcp().bind(0, IpAddress.ANY.low(), STACK_PORT);
        if (l == null) {
            throw new AssertionError("cannot bind: " + stack().tcp().refusal());
        }
        l.listen(8, application);
        listener = l;
        return this;
    }

    /// A stack whose application has called connect: the SYN is on the wire.
    public static TcpScenario connecting() {
        return connecting(StackConfig.small());
    }

    public static TcpScenario connecting(StackConfig config) {
        try (TcpScenario probe = new TcpScenario(config, PLAIN, BASE_NS).connect()) {
            return new TcpScenario(config, PLAIN, probe.startNearTheWrap()).connect();
        }
    }

    private TcpScenario connect() {
        final TcpConnection c = stack().tcp()
                .connect(0, IpAddress.mapped(FramePeer.PEER_ADDRESS), PEER_PORT, IpAddress.ANY.low(), 0, application);
        if (c == null) {
            throw new AssertionError("cannot connect: " + stack().tcp().refusal());
        }
        application.connection(c);
        stackPort = c.localPort();
        wire.settle();
        return this;
    }

    /// A connection that the peer opened with an MSS of 1,000 and a window of 65,535, without window scaling or
    /// timestamps.
    public static TcpScenario established() {
        return established(StackConfig.small(), segment().mss(1_000).window(65_535));
    }

    /// A connection that the peer opened with the options and the window of `syn`.
    public static TcpScenario established(StackConfig config, SegmentSpec syn) {
        return establish(listening(config), syn);
    }

    /// As [#established()], on a link that completes checksums and cuts segments itself.
    public static TcpScenario establishedWithOffload() {
        final LinkCapabilities link =
                new LinkCapabilities(Framing.ETHERNET, FramePeer.STACK_MAC, 1_500, true, 65_000, false, 100);
        return establish(
                listening(StackConfig.small(), link), segment().mss(1_000).window(65_535));
    }

    private static TcpScenario establish(TcpScenario t, SegmentSpec syn) {
        final SegmentSpec reply = segment().seq(1).ack(1).window(syn.window);
        if (syn.timestamps) {
            reply.timestamps(syn.timestampValue, 0);
        }
        final SegmentSpec answer = segment().syn().seq(0).ack(1);
        t.receives(syn.syn().seq(0)).sends((syn.flags & TcpHeader.ECE) != 0 ? answer.ece() : answer);
        t.receives(reply);
        t.application.accepts();
        return t;
    }

    // ---- the peer ----

    /// The stack receives a segment of the peer. A sequence number that is not set is 1, a window 65,535.
    public TcpScenario receives(SegmentSpec spec) {
        trace.add("peer:  " + spec);
        learnIss();
        wire.sendIpv4(build(spec), IpProtocol.TCP);
        return this;
    }

    /// The stack finds several segments of the peer when it looks.
    public TcpScenario receivesTogether(SegmentSpec... specs) {
        wire.together(() -> {
            for (final SegmentSpec spec : specs) {
                receives(spec);
            }
        });
        return this;
    }

    private Pbuf build(SegmentSpec spec) {
        final byte[] options = PeerOptions.encode(spec, stackIss);
        final int headerLength = TcpHeader.LENGTH + options.length;
        final int payload = Math.max(0, spec.length);
        final int sequence = spec.sequenceOr(1);
        final Pbuf p = wire.buffer(headerLength + payload);
        final MemorySegment memory = p.segment();
        new TcpHeader()
                .at(memory, p.offset())
                .sourcePort(peerPort)
                .destinationPort(stackPort)
                .sequenceNumber(peerIss + sequence)
                .acknowledgmentNumber((spec.flags & TcpHeader.ACK) == 0 ? 0 : stackIss + spec.acknowledgment)
                .headerLength(headerLength)
                .flags(spec.flags)
                .window(SegmentSpec.isSet(spec.window) ? spec.window : 65_535)
                .checksum(0)
                .urgentPointer(spec.urgentPointer);
        MemorySegment.copy(MemorySegment.ofArray(options), 0, memory, p.offset() + TcpHeader.LENGTH, options.length);
        for (int i = 0; i < payload; i++) {
            final byte octet = spec.payload != null ? spec.payload[i] : SegmentSpec.patternAt(sequence + i);
            memory.set(ValueLayout.JAVA_BYTE, p.offset() + headerLength + i, octet);
        }
        seal(p, spec.corrupted);
        p.typeOfService(spec.typeOfService);
        return p;
    }

    private static void seal(Pbuf p, boolean corrupted) {
        final int pseudo =
                Checksum.pseudoHeader(FramePeer.PEER_ADDRESS, FramePeer.STACK_ADDRESS, IpProtocol.TCP, p.totalLength());
        final int sum = Checksum.append(pseudo, PacketChecksum.sum(p, 0), false);
        new TcpHeader().at(p.segment(), p.offset()).checksum(Checksum.complement(sum) ^ (corrupted ? 1 : 0));
    }

    /// Segments go to another port of the stack from now on.
    public TcpScenario toPort(int port) {
        stackPort = port;
        return this;
    }

    /// Segments come from another port of the peer from now on.
    public TcpScenario fromPort(int port) {
        peerPort = port;
        return this;
    }

    /// The peer fills the window of 65,535 octets that a connection without window scaling has, in segments of
    /// 1,285.
    public TcpScenario fillWindow() {
        for (int i = 0; i < 51; i++) {
            receives(segment().seq(1 + i * 1_285).ack(1).length(1_285));
        }
        return skip();
    }

    // ---- the stack ----

    /// The stack has sent this next.
    public TcpScenario sends(SegmentSpec expected) {
        learnIss();
        final SentSegment actual = next();
        if (actual == null) {
            throw failure("expected " + expected + " but nothing was sent");
        }
        final String difference = actual.differenceFrom(expected);
        if (!difference.isEmpty()) {
            throw failure("expected " + expected + " but was " + actual + ": differs in" + difference);
        }
        return this;
    }

    /// The stack has sent `count` full segments of `size` octets from `first` on.
    public TcpScenario sendsSegments(int count, int first, int size) {
        for (int i = 0; i < count; i++) {
            sends(segment().seq(first + i * size).ack().length(size));
        }
        return this;
    }

    public TcpScenario sendsNothing() {
        final SentSegment actual = next();
        if (actual != null) {
            throw failure("expected nothing but was " + actual);
        }
        return this;
    }

    /// Whatever the stack has sent does not matter.
    public TcpScenario skip() {
        while (next() != null) {
            continue;
        }
        return this;
    }

    /// How many segments the stack has sent that were not looked at; they do not matter otherwise.
    public int countSent() {
        int count = 0;
        while (next() != null) {
            count++;
        }
        return count;
    }

    /// Octets of the largest segment that the stack has sent and nobody has looked at; they do not matter
    /// otherwise.
    public int lengthSent() {
        int largest = 0;
        for (SentSegment s = next(); s != null; s = next()) {
            if (s.payload.length > largest) {
                largest = s.payload.length;
                largestSentAt = s.sequence;
            }
            highestSent = Math.max(highestSent, s.sequence + s.payload.length);
        }
        return largest;
    }

    /// The number of the segment that was the largest that [#lengthSent] has seen.
    public int largestSentAt() {
        return largestSentAt;
    }

    /// The number behind the last octet that [#lengthSent] has seen.
    public int highestSent() {
        return highestSent;
    }

    private @Nullable SentSegment next() {
        final byte[] frame = wire.frames().poll();
        if (frame == null) {
            return null;
        }
        final MemorySegment memory = MemorySegment.ofArray(frame);
        final Ipv4Header ip = new Ipv4Header().at(memory, EthernetHeader.LENGTH);
        final int at = EthernetHeader.LENGTH + ip.headerLength();
        final int length = ip.totalLength() - ip.headerLength();
        assertChecksums(memory, ip, at, length);
        final SentSegment s = new SentSegment(memory, at, length, stackIss, peerIss);
        trace.add("stack: " + s);
        return s;
    }

    /// With offload the field holds the sum of the pseudo header alone.
    private void assertChecksums(MemorySegment memory, Ipv4Header ip, int at, int length) {
        final int pseudo = Checksum.pseudoHeader(ip.source(), ip.destination(), IpProtocol.TCP, length);
        final boolean valid = offloads
                ? new TcpHeader().at(memory, at).checksum() == pseudo
                : Checksum.append(pseudo, Checksum.sum(memory, at, length), false) == 0xFFFF;
        if (!ip.checksumIsValid() || !valid) {
            throw new AssertionError("the stack sent a wrong checksum");
        }
    }

    /// The initial sequence number is that of the first SYN on the wire.
    private void learnIss() {
        final Queue<byte[]> frames = wire.frames();
        if (issKnown || frames.isEmpty()) {
            return;
        }
        final MemorySegment memory = MemorySegment.ofArray(frames.element());
        final TcpHeader tcp = new TcpHeader().at(memory, EthernetHeader.LENGTH + Ipv4Header.LENGTH);
        if ((tcp.flags() & TcpHeader.SYN) != 0) {
            stackIss = tcp.sequenceNumber();
            issKnown = true;
        }
    }

    /// The stack has sent a segment, of whatever kind, that echoes timestamp `value`.
    public TcpScenario sendsWithEcho(int value) {
        learnIss();
        final SentSegment actual = next();
        if (actual == null || !actual.hasTimestamps || actual.timestampEcho != value) {
            throw failure("expected a segment that echoes " + value + " but was " + actual);
        }
        return this;
    }

    /// The stack has answered a SYN with number `relative` by a fresh initial sequence number.
    public TcpScenario sendsSynAckOf(int relative) {
        issKnown = false;
        return sends(segment().syn().seq(0).ack(relative + 1));
    }

    /// The next SYN that the stack has sent begins the sequence numbers that tests speak of.
    public TcpScenario learnSynAck() {
        issKnown = false;
        learnIss();
        return this;
    }

    /// Opens a connection from the peer's port. Returns the absolute initial sequence number of the answer.
    public int initialSequenceNumberFor() {
        issKnown = false;
        receives(segment().syn().seq(0)).sends(segment().syn().seq(0).ack(1));
        return stackIss;
    }

    /// The TSval of what the stack has sent next.
    public int timestampSent() {
        final SentSegment actual = next();
        if (actual == null || !actual.hasTimestamps) {
            throw failure("expected a segment with timestamps but was " + actual);
        }
        return actual.timestampValue;
    }

    /// The listening port is given up.
    public TcpScenario stopsListening() {
        listener().close();
        listener = null;
        wire.settle();
        return this;
    }

    /// A router reports that the segment with number `sequence` could not be delivered: ICMP type 3 with `code`.
    public TcpScenario receivesUnreachable(int code, int sequence) {
        trace.add("router: unreachable, code " + code + ", about seq " + sequence);
        learnIss();
        wire.sendIpv4(IcmpQuote.unreachable(wire, code, stackPort, peerPort, stackIss + sequence), IpProtocol.ICMP);
        return this;
    }

    /// A router reports that the segment with number `sequence` is too large for its next link.
    public TcpScenario receivesFragmentationNeeded(int mtu, int sequence) {
        trace.add("router: fragmentation needed, MTU " + mtu + ", about seq " + sequence);
        final Pbuf p = IcmpQuote.unreachable(wire, 4, stackPort, peerPort, stackIss + sequence);
        wire.sendIpv4(IcmpQuote.withMtu(p, mtu), IpProtocol.ICMP);
        return this;
    }

    /// So many packets were dropped for the reason of that name.
    public TcpScenario hasDropped(String reason, long count) {
        final long actual = stack().drops().of(DropReason.valueOf(reason));
        if (actual != count) {
            throw failure("expected " + count + " drops of " + reason + " but there were " + actual);
        }
        return this;
    }

    public TcpScenario pagesInUse(int count) {
        if (stack().pool().pages().inUse() != count) {
            throw failure("expected " + count + " pages in use but there are "
                    + stack().pool().pages().inUse());
        }
        return this;
    }

    public TcpScenario connectionsInUse(int count) {
        if (stack().tcp().connectionsInUse() != count) {
            throw failure("expected " + count + " connections in use but there are "
                    + stack().tcp().connectionsInUse());
        }
        return this;
    }

    public TcpScenario congestionWindowIs(int octets) {
        final int actual = application.connection().congestion().window();
        if (actual != octets) {
            throw failure("expected a congestion window of " + octets + " but was " + actual);
        }
        return this;
    }

    public TcpScenario slowStartThresholdIs(int octets) {
        final int actual = application.connection().congestion().slowStartThreshold();
        if (actual != octets) {
            throw failure("expected a slow start threshold of " + octets + " but was " + actual);
        }
        return this;
    }

    /// Lets `ns` of virtual time pass.
    public TcpScenario after(long ns) {
        trace.add("       " + ns / 1_000_000 + " ms later");
        wire.after(ns);
        return this;
    }

    /// The connection is in `state`.
    public TcpScenario isIn(TcpState state) {
        if (application.connection().state() != state) {
            throw failure(
                    "expected " + state + " but was " + application.connection().state());
        }
        return this;
    }

    public TcpApplication application() {
        return application;
    }

    public Stack stack() {
        return wire.stack();
    }

    public FramePeer wire() {
        return wire;
    }

    /// The listener, for what has no sentence of its own.
    public TcpListener listener() {
        if (listener == null) {
            throw failure("nobody listens");
        }
        return listener;
    }

    AssertionError failure(String what) {
        return new AssertionError(what + "\n  " + String.join("\n  ", trace));
    }

    void note(String what) {
        trace.add("app:   " + what);
    }

    /// Ends the connection if it is not over, lets TIME-WAIT pass and asserts that nothing is held any more.
    public void assertNoLeaks() {
        application.abortIfOpen();
        if (listener != null) {
            listener.close();
            listener = null;
        }
        wire.settle();
        wire.after(seconds(2_000));
        wire.frames().clear();
        stack().pool().assertNoLeaks();
        if (stack().tcp().connectionsInUse() != 0) {
            throw failure(stack().tcp().connectionsInUse() + " connections leaked");
        }
        if (stack().armedTimers() != 0) {
            throw failure(stack().armedTimers() + " timers leaked");
        }
    }

    /// Asserts that nothing has leaked, and ends.
    @Override
    public void close() {
        try {
            assertNoLeaks();
        } finally {
            wire.close();
        }
    }
}
