package org.weir.services.http;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.weir.services.tls.TlsService;
import org.weir.tcp.TcpConnection;

/// HTTP on TLS on TCP, by the JDK's engine. The buffers are made once; the engine allocates.
///
/// ```text
///   TCP --> netIn --unwrap--> appIn --> HTTP            each holds one record at most
///   TCP <-- netOut <--wrap-- scratch <-- HTTP
/// ```
///
/// A record is made only when the one before it has been given to TCP. Renegotiation, which TLS 1.3 no longer has, is
/// refused: it would let clients make the server compute.
final class TlsStream implements OctetStream {
    /// RFC 5246 section 6.2.3: header, text and what ciphers may add.
    static final int LONGEST_RECORD = 5 + (1 << 14) + 2_048;
    /// RFC 8446 section 5.1.
    static final int LONGEST_TEXT = 1 << 14;
    /// What the engine asks room for.
    private static final int TEXT_BUFFER = LONGEST_TEXT + 2_048;

    private static final int ENGINE = 8_000;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    /// An alert, and what may stand before it.
    private static final int LAST_RECORDS = 4;
    /// Each costs a key; a connection that moves a gibibyte needs none, RFC 8446 section 5.5.
    private static final int MOST_KEY_UPDATES = 32;

    private final TlsService tls;
    /// Text on its way into a record; several connections may share it.
    private final ByteBuffer scratch;

    private final ByteBuffer netIn = ByteBuffer.allocate(LONGEST_RECORD);
    /// From position to limit: read by nobody yet.
    private final ByteBuffer appIn = ByteBuffer.allocate(TEXT_BUFFER);
    /// From position to limit: not given to TCP yet.
    private final ByteBuffer netOut = ByteBuffer.allocate(LONGEST_RECORD);

    private final MemorySegment netInMemory = MemorySegment.ofArray(netIn.array());
    private final MemorySegment appInMemory = MemorySegment.ofArray(appIn.array());
    private final MemorySegment netOutMemory = MemorySegment.ofArray(netOut.array());
    private final MemorySegment scratchMemory;

    private @Nullable TcpConnection connection;
    private @Nullable SSLEngine engine;
    private Runnable onProgress = () -> {};
    private boolean isComputing;
    /// Read by the thread that computes.
    private volatile @Nullable SSLEngine computing;

    private int keyUpdates;
    private boolean isOpen;
    private boolean hasFailed;
    private boolean sawEnd;
    private boolean isDrained;
    private boolean isShutDown;
    private boolean sentEnd;

    /// @param scratch [#LONGEST_TEXT] octets that hold nothing between two calls
    TlsStream(TlsService tls, byte[] scratch) {
        this.tls = tls;
        this.scratch = ByteBuffer.wrap(scratch);
        this.scratchMemory = MemorySegment.ofArray(scratch);
    }

    /// What such a stream holds on the heap, its engine included: 4.3 KB of JDK 25 were measured after a handshake.
    static int heapOctets() {
        return 2 * LONGEST_RECORD + TEXT_BUFFER + ENGINE;
    }

    private TcpConnection tcp() {
        return Objects.requireNonNull(connection);
    }

    private SSLEngine engine() {
        return Objects.requireNonNull(engine);
    }

    // ---- beginning and end ----

    @Override
    public void begin(TcpConnection c, Runnable progress) {
        connection = c;
        engine = tls.engine();
        onProgress = progress;
        netIn.clear();
        appIn.position(0).limit(0);
        netOut.position(0).limit(0);
        isComputing = false;
        keyUpdates = 0;
        isOpen = false;
        hasFailed = false;
        sawEnd = false;
        isDrained = false;
        isShutDown = false;
        sentEnd = false;
    }

    @Override
    public void ended() {
        connection = null;
        engine = null;
        computing = null;
    }

    @Override
    public boolean hasFailed() {
        return hasFailed;
    }

    /// Tells the client why, if that can be said.
    private void fail() {
        if (hasFailed) {
            return;
        }
        hasFailed = true;
        for (int i = 0; i < LAST_RECORDS && flush() && !engine().isOutboundDone(); i++) {
            try {
                wrap(NOTHING);
            } catch (SSLException | RuntimeException _) {
                // What has failed is told again; the alert comes behind it.
            }
        }
    }

    // ---- the handshake ----

    @Override
    public boolean isReady() {
        if (hasFailed || isComputing) {
            return false;
        }
        sendEnd();
        flush();
        return isOpen || shakeHands();
    }

    private boolean shakeHands() {
        try {
            while (!isComputing && flush()) {
                switch (engine().getHandshakeStatus()) {
                    case NEED_TASK -> compute();
                    case NEED_WRAP -> wrap(NOTHING);
                    case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                        if (!unwrap()) {
                            return endsEarly();
                        }
                    }
                    case FINISHED, NOT_HANDSHAKING -> {
                        isOpen = true;
                        return true;
                    }
                }
            }
        } catch (SSLException | RuntimeException _) {
            fail();
        }
        return false;
    }

    /// A client that leaves during the handshake has failed it.
    private boolean endsEarly() {
        hasFailed |= sawEnd || tcp().endOfStream();
        return false;
    }

    /// Lets what takes a while be done elsewhere. Until then nothing touches the engine.
    private void compute() {
        final SSLEngine of = engine();
        final List<Runnable> tasks = new ArrayList<>();
        for (Runnable task = of.getDelegatedTask(); task != null; task = of.getDelegatedTask()) {
            tasks.add(task);
        }
        isComputing = true;
        computing = of;
        tls.run(() -> compute(of, tasks), () -> computed(of));
    }

    /// Elsewhere. Nothing is computed for a client that has gone: some come for that alone.
    private void compute(SSLEngine of, List<Runnable> tasks) {
        if (computing == of) {
            tasks.forEach(Runnable::run);
        }
    }

    /// By then the client may have gone, and another one come.
    private void computed(SSLEngine by) {
        if (engine == by) {
            isComputing = false;
            onProgress.run();
        }
    }

    // ---- in ----

    @Override
    public int read(MemorySegment target, int offset, int length) {
        if (!hasText()) {
            return 0;
        }
        final int count = Math.min(length, appIn.remaining());
        MemorySegment.copy(appInMemory, appIn.position(), target, offset, count);
        appIn.position(appIn.position() + count);
        return count;
    }

    /// Reads records until there is text. False if there is none now.
    private boolean hasText() {
        try {
            while (isOpen && !isComputing && !hasFailed && !appIn.hasRemaining()) {
                if (sawEnd || isDrained || !unwrap() || !isSettled()) {
                    return false;
                }
            }
        } catch (SSLException | RuntimeException _) {
            fail();
        }
        return !hasFailed && appIn.hasRemaining();
    }

    /// Answers what is not text: a change of keys. False if that has to wait.
    private boolean isSettled() throws SSLException {
        return switch (engine().getHandshakeStatus()) {
            case NEED_TASK -> throw new SSLException("renegotiation is refused");
            case NEED_WRAP -> {
                if (++keyUpdates > MOST_KEY_UPDATES) {
                    throw new SSLException("the client changes keys for nothing");
                }
                if (flush()) {
                    wrap(NOTHING);
                }
                yield flush();
            }
            case NEED_UNWRAP, NEED_UNWRAP_AGAIN, FINISHED, NOT_HANDSHAKING -> true;
        };
    }

    /// Takes one record, if there is a whole one, or gets more of it. False if there is nothing to get.
    private boolean unwrap() throws SSLException {
        appIn.clear();
        netIn.flip();
        final SSLEngineResult result;
        try {
            result = engine().unwrap(netIn, appIn);
        } finally {
            netIn.compact();
            appIn.flip();
        }
        return switch (result.getStatus()) {
            case OK -> result.bytesConsumed() > 0 || result.getHandshakeStatus() != HandshakeStatus.NEED_UNWRAP;
            case BUFFER_UNDERFLOW -> receive();
            case CLOSED -> {
                sawEnd = true;
                yield false;
            }
            case BUFFER_OVERFLOW -> throw new SSLException("a record is too long");
        };
    }

    private boolean receive() throws SSLException {
        if (!netIn.hasRemaining()) {
            throw new SSLException("a record is too long");
        }
        final int count = tcp().read(netInMemory, netIn.position(), netIn.remaining());
        netIn.position(netIn.position() + count);
        return count > 0;
    }

    @Override
    public boolean endOfStream() {
        if (isDrained) {
            return tcp().endOfStream();
        }
        return !hasText() && (sawEnd || hasFailed || tcp().endOfStream());
    }

    @Override
    public void drain() {
        isDrained = true;
        appIn.position(0).limit(0);
        tcp().consume(tcp().receivedOctets());
    }

    // ---- out ----

    @Override
    public int write(MemorySegment source, long offset, int length) {
        int taken = 0;
        try {
            while (taken < length && isOpen && !hasFailed && flush() && tcp().takesOctets()) {
                final int count = Math.min(length - taken, LONGEST_TEXT);
                MemorySegment.copy(source, offset + taken, scratchMemory, 0, count);
                scratch.position(0).limit(count);
                wrap(scratch);
                taken += scratch.position();
            }
        } catch (SSLException | RuntimeException _) {
            fail();
        }
        flush();
        return taken;
    }

    @Override
    public long writeRom(MemorySegment source, long offset, long length) {
        long taken = 0;
        int written = 1;
        while (taken < length && written > 0) {
            written = write(source, offset + taken, (int) Math.min(length - taken, LONGEST_TEXT));
            taken += written;
        }
        return taken;
    }

    /// Makes one record, of `text` or of what the engine has to say. The one before it has been sent.
    private void wrap(ByteBuffer text) throws SSLException {
        netOut.clear();
        final SSLEngineResult result;
        try {
            result = engine().wrap(text, netOut);
        } finally {
            netOut.flip();
        }
        if (result.getStatus() != SSLEngineResult.Status.OK && text.hasRemaining()) {
            throw new SSLException("the client takes no more: " + result.getStatus());
        }
    }

    /// True if nothing waits for TCP to take it; else the connection says when it can.
    private boolean flush() {
        if (netOut.hasRemaining()) {
            final int count = tcp().write(netOutMemory, netOut.position(), netOut.remaining());
            netOut.position(netOut.position() + count);
        }
        return !netOut.hasRemaining();
    }

    @Override
    public boolean isFlushed() {
        return !netOut.hasRemaining() && (!isShutDown || sentEnd);
    }

    @Override
    public int unacknowledged() {
        return tcp().unacknowledged() + netOut.remaining();
    }

    @Override
    public void shutdownOutput() {
        if (!isShutDown && !isComputing) {
            isShutDown = true;
            engine().closeOutbound();
            sendEnd();
        }
    }

    /// RFC 8446 section 6.1: a client that does not see the alert `close_notify` before the FIN cannot tell the end
    /// from one that somebody else has made.
    private void sendEnd() {
        if (!isShutDown || sentEnd || !flush()) {
            return;
        }
        try {
            if (!engine().isOutboundDone()) {
                wrap(NOTHING);
            }
        } catch (SSLException | RuntimeException _) {
            // Nothing more can be said.
        }
        if (flush()) {
            sentEnd = true;
            tcp().shutdownOutput();
        }
    }

    @Override
    public void close() {
        if (isOpen && !hasFailed) {
            shutdownOutput();
        }
        tcp().consume(tcp().receivedOctets()); // What is not read would make it a reset.
        tcp().close();
    }

    @Override
    public void abort() {
        tcp().abort();
    }
}
