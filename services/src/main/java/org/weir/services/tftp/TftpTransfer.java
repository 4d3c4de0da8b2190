package org.weir.services.tftp;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.weir.memory.OctetSource;
import org.weir.memory.Pbuf;
import org.weir.stack.Stack;
import org.weir.time.StackClock;
import org.weir.time.Timer;
import org.weir.time.TimerWheel;
import org.weir.udp.Udp;
import org.weir.udp.UdpEndpoint;
import org.weir.udp.UdpHandler;

/// One file on its way: an endpoint of its own (RFC 1350 section 4: a transfer identifier), a timer, and what was said
/// last. [TftpSender] and [TftpReceiver] are its two kinds; a client's begins with a request, a server's with an answer
/// to one.
///
/// Belongs to the stack's owner.
public abstract class TftpTransfer implements UdpHandler {
    /// Times that something is sent again before the other end is given up.
    static final int MOST_RETRIES = 6;

    private static final long LONGEST_INTERVAL_NS = 8 * StackClock.SECOND;
    private static final long LINGER_NS = 4 * StackClock.SECOND;

    private final TimerWheel timers;
    private final StackClock clock;
    private final UdpEndpoint endpoint;
    private final TftpListener listener;
    private final Timer timer = Timer.calling(this::expired);
    private final long peerLow;
    private final MemorySegment small = MemorySegment.ofArray(new byte[TftpMessage.HEADER]);
    /// The request, as long as it is not answered.
    private byte @Nullable [] request;

    private int requestPort;
    /// 0 as long as the server has not chosen one.
    private int peerPort;
    private int retries;
    private boolean finished;
    private boolean ended;
    TftpOptions options;

    /// A transfer with the host `peerLow`, from `endpoint` (taken).
    TftpTransfer(Stack stack, UdpEndpoint endpoint, long peerLow, TftpOptions options, TftpListener listener) {
        this.timers = stack.ipv4().resources().timers();
        this.clock = stack.ipv4().clock();
        this.endpoint = endpoint;
        this.listener = listener;
        this.peerLow = peerLow;
        this.options = options;
        endpoint.handler(this);
        endpoint.errors().wanted(true);
    }

    // ---- beginning ----

    /// Sends a client's request, until a server answers from a port of its own. `wanted` is what it asks for.
    void beginWith(byte[] packet, int port) {
        request = packet;
        requestPort = port;
        sendRequest();
        await();
    }

    /// Answers the request of a client at `port`.
    void beginFor(int port) {
        peerPort = port;
        answer();
        await();
    }

    private void sendRequest() {
        final byte[] packet = request;
        if (packet != null) {
            endpoint.sendTo(MemorySegment.ofArray(packet), 0, packet.length, peerLow, requestPort);
        }
    }

    boolean isFrom(long low, int port) {
        return !ended && low == peerLow && port == peerPort;
    }

    // ---- what the kinds do ----

    /// A server's first packet; sent again as long as nothing else is to be.
    abstract void answer();

    /// A block of data, with its header.
    abstract void data(int number, Pbuf block);

    abstract void acknowledgment(int number);

    /// The server has agreed to `options`.
    abstract void agreed();

    /// Says again what has had no answer.
    abstract void again();

    /// The transfer has failed.
    abstract void dispose();

    // ---- in ----

    @Override
    public final void readable(UdpEndpoint at) {
        for (Pbuf p = at.peek(); p != null && !ended; p = at.peek()) {
            at.poll();
            arrived(p, UdpEndpoint.senderLow(p), UdpEndpoint.senderPort(p));
            p.release();
        }
    }

    @Override
    public final void reported(UdpEndpoint at) {
        while (at.errors().peek() != null) {
            at.errors().drop();
        }
        if (!finished) {
            fail(TftpError.UNREACHABLE, TftpError.UNREACHABLE.sentence());
        }
    }

    /// RFC 1350 section 4: a packet from elsewhere is told so, and changes nothing here.
    private void arrived(Pbuf packet, long low, int port) {
        if (packet.totalLength() < TftpMessage.HEADER || packet.length() < TftpMessage.HEADER) {
            return;
        }
        final int opcode = TftpMessage.u16(packet.segment(), packet.offset());
        final boolean isPeer = low == peerLow && (port == peerPort || peerPort == 0 && port != 0);
        if (!isPeer) {
            if (opcode != TftpMessage.ERROR) {
                sendError(TftpError.UNKNOWN_TRANSFER, TftpError.UNKNOWN_TRANSFER.sentence(), low, port);
            }
            return;
        }
        peerPort = port;
        final int number = TftpMessage.u16(packet.segment(), packet.offset() + 2);
        switch (opcode) {
            case TftpMessage.DATA -> data(number, packet);
            case TftpMessage.ACKNOWLEDGMENT -> acknowledgment(number);
            case TftpMessage.OPTIONS -> optionsArrived(octets(packet));
            case TftpMessage.ERROR -> errorArrived(octets(packet));
            default -> refuse(TftpError.ILLEGAL_OPERATION, "operation " + opcode + " in a transfer");
        }
    }

    private static byte[] octets(Pbuf packet) {
        final byte[] octets = new byte[Math.min(packet.totalLength(), TftpMessage.LONGEST_REQUEST)];
        packet.copyTo(0, MemorySegment.ofArray(octets), 0, octets.length);
        return octets;
    }

    /// RFC 2347: a server may answer less than it was asked for, but not more, and nothing that it was not asked.
    private void optionsArrived(byte[] packet) {
        if (request == null) {
            return;
        }
        final TftpOptions answer = TftpMessage.answer(packet);
        if (answer == null || !mayAgree(answer)) {
            refuse(TftpError.OPTIONS_REFUSED, "options that were not asked for");
            return;
        }
        options = answer;
        answered();
        agreed();
    }

    private boolean mayAgree(TftpOptions answer) {
        return isWithin(answer.blockSize(), options.blockSize(), TftpOptions.NONE.blockSize())
                && isWithin(answer.windowSize(), options.windowSize(), TftpOptions.NONE.windowSize())
                && (answer.timeoutSeconds() == 0 || answer.timeoutSeconds() == options.timeoutSeconds())
                && (answer.transferSize() < 0 || options.transferSize() >= 0);
    }

    private static boolean isWithin(int answer, int asked, int usual) {
        return answer == usual || asked != usual && answer <= asked;
    }

    private void errorArrived(byte[] packet) {
        if (!finished) {
            fail(TftpError.of(TftpMessage.u16(MemorySegment.ofArray(packet), 2)), TftpMessage.message(packet));
        }
    }

    /// The request was answered without options: none hold.
    void answeredWithoutOptions() {
        if (request != null) {
            options = TftpOptions.NONE;
            answered();
        }
    }

    private void answered() {
        request = null;
        progress();
    }

    /// The other end has said something new.
    void progress() {
        retries = 0;
        await();
    }

    // ---- time ----

    private void await() {
        timers.arm(timer, clock.nowNs() + intervalNs());
    }

    private long intervalNs() {
        return options.timeoutSeconds() > 0
                ? options.timeoutSeconds() * StackClock.SECOND
                : Math.min(StackClock.SECOND << retries, LONGEST_INTERVAL_NS);
    }

    /// What does not fit the link goes on a little later.
    void continueSoon() {
        timers.arm(timer, clock.nowNs() + StackClock.MILLISECOND);
    }

    private void expired(long nowNs) {
        if (finished) {
            end();
            return;
        }
        if (goesOn()) {
            await();
            return;
        }
        retries++;
        if (retries > MOST_RETRIES) {
            fail(TftpError.TIMED_OUT, "no answer after " + MOST_RETRIES + " repetitions");
            return;
        }
        if (request != null) {
            sendRequest();
        } else {
            again();
        }
        await();
    }

    /// Sends what did not fit the link before; false if there is no such thing.
    abstract boolean goesOn();

    // ---- out ----

    /// Sends a packet that is nothing but a header.
    void sendHeader(int opcode, int number) {
        TftpMessage.header(small, 0, opcode, number);
        endpoint.sendTo(small, 0, TftpMessage.HEADER, peerLow, peerPort);
    }

    void sendPacket(byte[] packet) {
        endpoint.sendTo(MemorySegment.ofArray(packet), 0, packet.length, peerLow, peerPort);
    }

    /// Sends `length` octets of `source`; false if the link or the pool is full.
    boolean send(OctetSource source, int length) {
        return endpoint.sendTo(source, length, peerLow, peerPort) != Udp.NO_BUFFER;
    }

    private void sendError(TftpError error, String message, long low, int port) {
        final byte[] packet = TftpMessage.error(error, message);
        endpoint.sendTo(MemorySegment.ofArray(packet), 0, packet.length, low, port);
    }

    // ---- end ----

    /// Ends the transfer, and tells the other end and the listener why.
    void refuse(TftpError error, String message) {
        if (peerPort != 0) {
            sendError(error, message, peerLow, peerPort);
        }
        fail(error, message);
    }

    /// Ends the transfer before its time; nothing happens if it has ended. The listener is told.
    public final void cancel() {
        if (!finished && !ended) {
            refuse(TftpError.CANCELLED, TftpError.CANCELLED.sentence());
        }
    }

    /// True until it has completed or failed.
    public final boolean isRunning() {
        return !finished && !ended;
    }

    /// Octets of the file that have been acknowledged, or have arrived.
    public abstract long octets();

    /// All is done. The endpoint stays a while longer if `lingers`, in case the last acknowledgment is lost.
    void complete(boolean lingers) {
        finished = true;
        listener.completed(this);
        if (lingers && !ended) {
            timers.arm(timer, clock.nowNs() + LINGER_NS);
        } else {
            end();
        }
    }

    private void fail(TftpError error, String message) {
        if (ended) {
            return;
        }
        finished = true;
        dispose();
        end();
        listener.failed(this, error, message);
    }

    private void end() {
        if (!ended) {
            ended = true;
            timers.disarm(timer);
            endpoint.close();
        }
    }
}
