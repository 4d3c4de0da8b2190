package org.weir.testkit;

import static org.weir.testkit.SegmentSpec.segment;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;
import org.weir.wire.TcpHeader;

/// A TCP conversation as sentences that hold for any TCP: the peer writes segments to a [TcpSubject] and expects its
/// answers. What differs between good implementations (pauses, windows, how acknowledgments are bundled) does not
/// matter unless a sentence asks for it. For Weir alone there is [TcpScenario], which sees more.
public final class TcpScript implements AutoCloseable {
    /// The subject listens here.
    public static final int PORT = 80;

    private static final int PEER_PORT = 40_000;
    private static final int NEAR_THE_WRAP = 0xFFFF_FF80;
    private static final long MILLISECOND = 1_000_000L;
    /// An answer takes no longer, be it delayed or repeated once.
    private static final long PATIENCE_NS = 1_500 * MILLISECOND;
    /// Less than any acknowledgment is delayed.
    private static final long QUIET_NS = 25 * MILLISECOND;

    private static final int LARGEST_SEGMENT = 1_000;
    private static final int MOST_SEGMENTS = 1_000;

    private final TcpSubject subject;
    private final PeerSegments segments = new PeerSegments(NEAR_THE_WRAP);
    private final List<String> trace = new ArrayList<>();
    private int peerPort = PEER_PORT;
    private int subjectPort = PORT;
    private boolean knowsIss;
    private int written;
    private int read;

    private TcpScript(TcpSubject subject) {
        this.subject = subject;
    }

    // ---- beginnings ----

    /// `subject` (taken) listens on port 80.
    public static TcpScript listening(TcpSubject subject) {
        subject.listen(PORT);
        return new TcpScript(subject);
    }

    /// `subject` (taken) has begun to connect.
    public static TcpScript connecting(TcpSubject subject) {
        subject.connect(PEER_PORT);
        return new TcpScript(subject);
    }

    /// The peer has opened a connection to `subject` (taken) with the options and the window of `syn`, and the
    /// application has accepted it.
    public static TcpScript established(TcpSubject subject, SegmentSpec syn) {
        final TcpScript t = listening(subject);
        final SegmentSpec reply = segment().seq(1).ack(1).window(syn.window);
        if (syn.timestamps) {
            reply.timestamps(syn.timestampValue, 0);
        }
        t.receives(syn.syn().seq(0)).sends(segment().syn().seq(0).ack(1));
        return t.receives(reply).accepts();
    }

    // ---- the wire ----

    /// The subject receives a segment of the peer. A sequence number that is not set is 1, a window 65,535.
    public TcpScript receives(SegmentSpec spec) {
        trace.add("peer:    " + spec);
        subject.send(segments.encode(spec, peerPort, subjectPort));
        return this;
    }

    /// The subject sends this next, within a second and a half.
    public TcpScript sends(SegmentSpec expected) {
        final SentSegment actual = next(PATIENCE_NS);
        if (actual == null) {
            throw failure("expected " + expected + " but nothing was sent");
        }
        final String difference = actual.differenceFrom(expected);
        if (!difference.isEmpty()) {
            throw failure("expected " + expected + " but was " + actual + ": differs in" + difference);
        }
        return this;
    }

    /// The subject sends `count` full segments of `size` octets from `first` on.
    public TcpScript sendsSegments(int count, int first, int size) {
        for (int i = 0; i < count; i++) {
            sends(segment().seq(first + i * size).ack().length(size));
        }
        return this;
    }

    /// The subject acknowledges everything before `number`, perhaps bit by bit, and sends no data.
    public TcpScript acknowledges(int number) {
        SentSegment actual = next(PATIENCE_NS);
        while (actual != null && actual.acknowledgment != number && actual.payload.length == 0) {
            actual = next(PATIENCE_NS);
        }
        if (actual == null || actual.payload.length > 0) {
            throw failure("expected an acknowledgment of " + number + " but was " + actual);
        }
        return this;
    }

    /// The subject sends a segment that echoes timestamp `value`.
    public TcpScript sendsWithEcho(int value) {
        final SentSegment actual = next(PATIENCE_NS);
        if (actual == null || !actual.hasTimestamps || actual.timestampEcho != value) {
            throw failure("expected a segment that echoes " + value + " but was " + actual);
        }
        return this;
    }

    /// The subject answers a SYN with number `relative` by a fresh initial sequence number.
    public TcpScript sendsSynAckOf(int relative) {
        knowsIss = false;
        return sends(segment().syn().seq(0).ack(relative + 1));
    }

    /// Nothing comes, for a while that is shorter than any delay of an acknowledgment.
    public TcpScript sendsNothing() {
        final SentSegment actual = next(QUIET_NS);
        if (actual != null) {
            throw failure("expected nothing but was " + actual);
        }
        return this;
    }

    /// Whatever the subject has sent until now does not matter.
    public TcpScript skip() {
        while (next(QUIET_NS) != null) {
            continue;
        }
        return this;
    }

    /// The peer fills the window, in segments of 1,000 octets at most, until it is closed. Returns the number
    /// behind the last octet that was taken: a subject may close its window before it is full, and drop what comes
    /// then.
    public int fillsWindow() {
        int sequence = 1;
        for (int i = 0; i < MOST_SEGMENTS; i++) {
            final int room = segments.lastWindow() - (sequence - segments.lastAcknowledgment());
            if (room > 0) {
                final int length = Math.min(LARGEST_SEGMENT, room);
                receives(segment().seq(sequence).ack(1).length(length));
                sequence += length;
            }
            final long patienceNs = room > LARGEST_SEGMENT ? 0 : 2 * QUIET_NS;
            while (next(patienceNs) != null) {
                continue;
            }
            if (segments.lastWindow() == 0) {
                return segments.lastAcknowledgment();
            }
        }
        throw failure("the window did not close");
    }

    private @Nullable SentSegment next(long withinNs) {
        byte[] packet = subject.receive(withinNs);
        while (packet != null && packet[9] != IpProtocol.TCP) {
            packet = subject.receive(withinNs);
        }
        if (packet == null) {
            return null;
        }
        learn(packet);
        final SentSegment s = segments.decode(packet);
        trace.add("subject: " + s);
        return s;
    }

    /// The initial sequence number is that of the first SYN; of a subject that connects, the port too is its own.
    private void learn(byte[] packet) {
        final TcpHeader tcp = new TcpHeader().at(MemorySegment.ofArray(packet), Ipv4Header.LENGTH);
        if (!knowsIss && (tcp.flags() & TcpHeader.SYN) != 0) {
            segments.subjectIss(tcp.sequenceNumber());
            subjectPort = tcp.sourcePort();
            knowsIss = true;
        }
    }

    /// Segments go to another port of the subject from now on.
    public TcpScript toPort(int port) {
        subjectPort = port;
        return this;
    }

    /// Segments come from another port of the peer from now on.
    public TcpScript fromPort(int port) {
        peerPort = port;
        return this;
    }

    /// Lets so many milliseconds pass.
    public TcpScript after(int ms) {
        trace.add("         " + ms + " ms later");
        subject.pass(ms * MILLISECOND);
        return this;
    }

    // ---- the application ----

    public TcpScript accepts() {
        subject.accept();
        return note("accepts");
    }

    /// Writes the next `octets` octets of the pattern; all of them must be taken.
    public TcpScript writes(int octets) {
        final byte[] pattern = new byte[octets];
        for (int i = 0; i < octets; i++) {
            pattern[i] = SegmentSpec.patternAt(1 + written + i);
        }
        note("writes " + octets);
        final int taken = subject.write(pattern);
        written += taken;
        if (taken != octets) {
            throw failure("of " + octets + " octets " + taken + " were taken");
        }
        return this;
    }

    /// Reads exactly `octets` octets, the next ones of the pattern; there are no more.
    public TcpScript reads(int octets) {
        note("reads " + octets);
        final byte[] target = new byte[octets + 1];
        int count = 0;
        int more = subject.read(target);
        while (more > 0 && count <= octets) {
            for (int i = 0; i < more; i++) {
                if (target[i] != SegmentSpec.patternAt(1 + read + i)) {
                    throw failure("octet " + (1 + read + i) + " of the stream is wrong");
                }
            }
            read += more;
            count += more;
            more = subject.read(target);
        }
        if (count != octets) {
            throw failure("expected " + octets + " octets to read but there were " + count);
        }
        return this;
    }

    public TcpScript seesEndOfStream() {
        if (subject.read(new byte[1]) != -1) {
            throw failure("expected the end of the stream");
        }
        return this;
    }

    public TcpScript switchesNagleOff() {
        subject.noDelay();
        return note("switches Nagle's algorithm off");
    }

    public TcpScript shutsDownOutput() {
        subject.shutdownOutput();
        return note("shuts down output");
    }

    public TcpScript closes() {
        subject.closeConnection();
        return note("closes");
    }

    public TcpScript aborts() {
        subject.abort();
        return note("aborts");
    }

    /// The application is told that the connection ended so; the empty string if it has not ended.
    public TcpScript isTold(String error) {
        if (!subject.error().equals(error)) {
            throw failure("expected the error '" + error + "' but was '" + subject.error() + "'");
        }
        return this;
    }

    private TcpScript note(String what) {
        trace.add("app:     " + what);
        return this;
    }

    private AssertionError failure(String what) {
        return new AssertionError(what + "\n  " + String.join("\n  ", trace));
    }

    @Override
    public void close() {
        subject.close();
    }
}
