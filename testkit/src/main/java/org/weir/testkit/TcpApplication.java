package org.weir.testkit;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.weir.tcp.TcpAcceptHandler;
import org.weir.tcp.TcpConnection;
import org.weir.tcp.TcpError;
import org.weir.tcp.TcpHandler;
import org.weir.tcp.TcpListener;

/// The application of a [TcpScenario]: does what the test says and remembers what it was told.
public final class TcpApplication implements TcpHandler, TcpAcceptHandler {
    private final TcpScenario scenario;
    private final List<String> events = new ArrayList<>();
    private @Nullable TcpConnection connection;
    private int written;
    private int read;

    TcpApplication(TcpScenario scenario) {
        this.scenario = scenario;
    }

    void connection(TcpConnection c) {
        connection = c;
    }

    /// The connection, for what has no sentence of its own.
    public TcpConnection connection() {
        if (connection == null) {
            throw scenario.failure("the application has no connection");
        }
        return connection;
    }

    /// Back to the conversation.
    public TcpScenario stack() {
        return scenario;
    }

    // ---- doing ----

    public TcpScenario accepts() {
        final TcpConnection c = scenario.listener().accept();
        if (c == null) {
            throw scenario.failure("there is no connection to accept");
        }
        connection = c;
        c.handler(this);
        return done("accepts");
    }

    /// Writes the next `octets` octets of the pattern; all of them must be taken.
    public TcpScenario writes(int octets) {
        final int taken = offers(octets);
        if (taken != octets) {
            throw scenario.failure("of " + octets + " octets " + taken + " were taken");
        }
        return done("writes " + octets);
    }

    /// Writes and closes in one go, before the stack has had a chance to send.
    public TcpScenario writesAndCloses(int octets) {
        offers(octets);
        connection().close();
        connection = null;
        return done("writes " + octets + " and closes");
    }

    /// What [#offers] returned was this.
    public TcpScenario takenWas(int actual, int expected) {
        if (actual != expected) {
            throw scenario.failure("expected " + expected + " octets to be taken but it were " + actual);
        }
        return scenario;
    }

    /// Offers the next `octets` octets of the pattern. Returns how many were taken.
    public int offers(int octets) {
        final byte[] pattern = new byte[octets];
        for (int i = 0; i < octets; i++) {
            pattern[i] = SegmentSpec.patternAt(1 + written + i);
        }
        final int taken = connection().write(MemorySegment.ofArray(pattern), 0, octets);
        written += taken;
        return taken;
    }

    /// Reads `octets` octets and checks that they are the next ones of the pattern.
    public TcpScenario reads(int octets) {
        final MemorySegment target = MemorySegment.ofArray(new byte[octets]);
        final int count = connection().read(target, 0, octets);
        if (count != octets) {
            throw scenario.failure("expected " + octets + " octets to read but there were " + count);
        }
        for (int i = 0; i < octets; i++) {
            if (target.get(ValueLayout.JAVA_BYTE, i) != SegmentSpec.patternAt(1 + read + i)) {
                throw scenario.failure("octet " + (1 + read + i) + " of the stream is wrong");
            }
        }
        read += octets;
        return done("reads " + octets);
    }

    /// `octets` octets can be read.
    public TcpScenario canRead(int octets) {
        if (connection().receivedOctets() != octets) {
            throw scenario.failure("expected " + octets + " octets to read but there are "
                    + connection().receivedOctets());
        }
        return scenario;
    }

    /// The stream has ended.
    public TcpScenario seesEndOfStream() {
        if (!connection().endOfStream()) {
            throw scenario.failure("expected the end of the stream");
        }
        return scenario;
    }

    public TcpScenario shutsDownOutput() {
        connection().shutdownOutput();
        return done("shuts down output");
    }

    /// Closes and forgets the connection.
    public TcpScenario closes() {
        connection().close();
        connection = null;
        return done("closes");
    }

    public TcpScenario aborts() {
        connection().abort();
        connection = null;
        return done("aborts");
    }

    public TcpScenario switchesNagleOff() {
        connection().noDelay(true);
        return done("switches Nagle's algorithm off");
    }

    private TcpScenario done(String what) {
        scenario.note(what);
        scenario.wire().settle();
        return scenario;
    }

    void abortIfOpen() {
        final TcpConnection c = connection;
        connection = null;
        if (c != null) {
            c.abort();
        }
    }

    // ---- being told ----

    /// The application was told `event` (connected, acceptable, readable, writable or `failed X`), and that is now
    /// forgotten.
    public TcpApplication isTold(String event) {
        if (!events.remove(event)) {
            throw scenario.failure("expected to be told '" + event + "' but was told " + events);
        }
        return this;
    }

    /// The application was not told `event`.
    public TcpApplication isNotTold(String event) {
        if (events.contains(event)) {
            throw scenario.failure("was told '" + event + "'");
        }
        return this;
    }

    @Override
    public void connected(TcpConnection c) {
        events.add("connected");
    }

    @Override
    public void urgent(TcpConnection c) {
        events.add("urgent");
    }

    @Override
    public void readable(TcpConnection c) {
        events.add("readable");
    }

    @Override
    public void writable(TcpConnection c) {
        events.add("writable");
    }

    @Override
    public void failed(TcpConnection c, TcpError error) {
        events.add("failed " + error);
        connection = null;
    }

    @Override
    public void acceptable(TcpListener l) {
        events.add("acceptable");
    }
}
