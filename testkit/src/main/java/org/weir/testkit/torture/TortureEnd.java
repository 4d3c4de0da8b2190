package org.weir.testkit.torture;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.weir.base.SplitMix64;
import org.weir.stack.Errno;
import org.weir.tcp.TcpError;
import org.weir.time.StackClock;
import org.weir.time.TimerWheel;

/// The application at one end of a connection: writes, reads, pauses and leaves as its plan says, and checks what
/// comes.
final class TortureEnd {
    /// An application gives up when nothing has moved at either end for so long.
    private static final long PATIENCE_NS = 3_600 * StackClock.SECOND;

    /// So long may an application pause in all. A peer that has closed gives up on a window that is closed for more
    /// than 160 s, and should get some probes through before.
    private static final long MOST_PAUSES_NS = 40 * StackClock.SECOND;

    private final String name;
    private final EndPlan plan;
    private final Pattern output;
    private final Pattern input;
    private final SplitMix64 random;
    private final LongSupplier clock;
    private @Nullable Pipe pipe;
    private @Nullable TortureEnd peer;
    private Outcome outcome = Outcome.OPEN;
    private String failure = "";
    private long sent;
    private long received;
    private boolean outputEnded;
    private boolean inputEnded;
    private boolean pumping;
    private long pausesLeftNs = MOST_PAUSES_NS;
    private long writeAfterNs;
    private long readAfterNs;
    private long lastMoveNs;

    /// How an end came to its end.
    enum Outcome {
        /// It has not.
        OPEN,
        /// Everything was sent and received, and both directions ended in order.
        COMPLETE,
        /// It left early, as planned.
        QUIT,
        /// It was told of an error.
        FAILED,
        /// Nothing happened for too long.
        GAVE_UP
    }

    TortureEnd(String name, EndPlan plan, Pattern output, Pattern input, LongSupplier clock) {
        this.name = name;
        this.plan = plan;
        this.output = output;
        this.input = input;
        this.clock = clock;
        this.random = new SplitMix64(output.key());
    }

    void meets(TortureEnd other) {
        peer = other;
        other.peer = this;
    }

    /// Begins to use `opened`.
    void opens(Pipe opened) {
        pipe = opened;
        lastMoveNs = clock.getAsLong();
        writeAfterNs = lastMoveNs;
        readAfterNs = lastMoveNs;
    }

    EndPlan plan() {
        return plan;
    }

    Pattern output() {
        return output;
    }

    Pattern input() {
        return input;
    }

    Outcome outcome() {
        return outcome;
    }

    long received() {
        return received;
    }

    boolean isOpen() {
        return pipe != null && outcome == Outcome.OPEN;
    }

    // ---- living ----

    /// Does what can be done now. Called from handlers, and by the run when a pause is over.
    void pump() {
        if (pumping || !isOpen()) {
            return;
        }
        pumping = true;
        final long before = sent + received;
        boolean moved = true;
        while (moved && isOpen()) {
            moved = leaves() || moves();
        }
        if (sent + received != before) {
            lastMoveNs = clock.getAsLong();
        }
        pumping = false;
        closeIfDone();
    }

    private boolean moves() {
        final boolean wrote = writeSome();
        final boolean read = readSome();
        return endOutput() || wrote || read;
    }

    private boolean leaves() {
        final Pipe p = pipe;
        if (p == null || plan.quit() == EndPlan.Quit.NEVER || sent + received < plan.quitAfter()) {
            return false;
        }
        outcome = Outcome.QUIT;
        if (plan.quit() == EndPlan.Quit.ABORT) {
            p.abort();
        } else {
            p.close();
        }
        return true;
    }

    private boolean writeSome() {
        final Pipe p = pipe;
        final long left = plan.octets() - sent;
        if (p == null || !isOpen() || left == 0 || clock.getAsLong() < writeAfterNs) {
            return false;
        }
        final int length = (int) Math.min(left, 1 + random.nextInt(plan.longestWrite()));
        final int taken = p.write(sent, length);
        sent += taken;
        if (taken > 0 && random.chance(plan.writePauses())) {
            writeAfterNs = pauseEndNs();
        }
        return taken == length;
    }

    private boolean readSome() {
        final Pipe p = pipe;
        if (p == null || !isOpen() || inputEnded || clock.getAsLong() < readAfterNs) {
            return false;
        }
        final int count = p.read(received, 1 + random.nextInt(plan.longestRead()));
        if (count == Pipe.END) {
            inputEnds();
            return true;
        }
        received += count;
        if (count > 0 && random.chance(plan.readPauses())) {
            readAfterNs = pauseEndNs();
        }
        return count > 0;
    }

    private void inputEnds() {
        inputEnded = true;
        lastMoveNs = clock.getAsLong();
        if (peer != null && received != peer.sent) {
            throw new AssertionError(
                    name + " read the end after " + received + " octets, but " + peer.sent + " were sent");
        }
    }

    private long pauseEndNs() {
        final long lengthNs = Math.min(pausesLeftNs, (random.next() >>> 1) % plan.longestPauseNs());
        pausesLeftNs -= lengthNs;
        return clock.getAsLong() + lengthNs;
    }

    private boolean endOutput() {
        final Pipe p = pipe;
        if (p == null || !isOpen() || outputEnded || sent < plan.octets() || !plan.endsEarly() && !inputEnded) {
            return false;
        }
        outputEnded = p.shutdownOutput();
        return outputEnded;
    }

    private void closeIfDone() {
        final Pipe p = pipe;
        if (p != null && isOpen() && outputEnded && inputEnded) {
            outcome = Outcome.COMPLETE;
            p.close();
        }
    }

    /// The interface reports an error.
    void failed(String error) {
        if (!isOpen()) {
            return;
        }
        outcome = Outcome.FAILED;
        failure = error;
    }

    // ---- time ----

    /// When [#tick] must be called; [TimerWheel#NEVER] if never.
    long nextNs() {
        if (!isOpen()) {
            return TimerWheel.NEVER;
        }
        final long nowNs = clock.getAsLong();
        long next = patienceEndNs();
        if (writeAfterNs > nowNs) {
            next = Math.min(next, writeAfterNs);
        }
        if (readAfterNs > nowNs) {
            next = Math.min(next, readAfterNs);
        }
        return next;
    }

    /// What this end has sent may still be on its way to the other.
    private long patienceEndNs() {
        return Math.max(lastMoveNs, peer == null ? lastMoveNs : peer.lastMoveNs) + PATIENCE_NS;
    }

    /// A pause may be over, or the patience.
    void tick() {
        pump();
        final Pipe p = pipe;
        if (p != null && isOpen() && clock.getAsLong() >= patienceEndNs()) {
            outcome = Outcome.GAVE_UP;
            p.abort();
        }
    }

    // ---- the verdict ----

    /// Throws an `AssertionError` if the end came to an end that it should not have. An error needs a peer that
    /// left, or that was itself told of one; the network is good enough for everything to arrive.
    void assertExplained() {
        if (outcome == Outcome.COMPLETE || outcome == Outcome.QUIT || peer == null) {
            return;
        }
        final boolean unexplained = peer.outcome == Outcome.COMPLETE || peer.outcome == Outcome.OPEN;
        if (unexplained && !isUnreachable() && !peer.isUnreachable()) {
            throw new AssertionError(this + ", while " + peer);
        }
    }

    /// ARP asks a few times only, and the hosts first meet over a network that may lose all of that.
    private boolean isUnreachable() {
        return failure.equals(TcpError.HOST_UNREACHABLE.toString()) || failure.contains("errno " + Errno.EHOSTUNREACH);
    }

    @Override
    public String toString() {
        return name + " is " + outcome + (failure.isEmpty() ? "" : " (" + failure + ")") + " after " + sent + " of "
                + plan.octets() + " octets sent, " + received + " received" + (outputEnded ? ", output ended" : "")
                + (inputEnded ? ", input ended" : "");
    }
}
