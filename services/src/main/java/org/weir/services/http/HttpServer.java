package org.weir.services.http;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.weir.services.common.Doors;
import org.weir.services.common.RomWriter;
import org.weir.services.tls.TlsService;
import org.weir.stack.Stack;
import org.weir.tcp.TcpAcceptHandler;
import org.weir.tcp.TcpConnection;
import org.weir.tcp.TcpError;
import org.weir.tcp.TcpHandler;
import org.weir.tcp.TcpListener;
import org.weir.time.StackClock;
import org.weir.time.TimerWheel;
import org.weir.wire.IpAddress;

/// An HTTP/1.1 server, RFC 9110 and RFC 9112, on the raw interface, in plain or over TLS: connections that stay open,
/// requests that arrive split at any octet or many at once, bodies with a length or in chunks, conditions and ranges.
///
/// Connections and their buffers are made when it starts; a client for whom none is left is closed. Requests are
/// answered in the owner's thread from what an [HttpSite] has. Serving content by reference in plain allocates nothing.
///
/// | request | answer |
/// |---|---|
/// | malformed, without `Host`, with two lengths or a length and chunks, a path with `.` or `..` | 400, close |
/// | nothing under the path | 404 |
/// | another method than GET and HEAD, and no handler | 405; 501 and close if nobody knows it |
/// | not complete in time | 408, close |
/// | a body that is too long | 413, close |
/// | request line over 8,192 octets, head over the buffer or 100 fields | 414, 431, close |
/// | an expectation other than `100-continue` | 417, close |
/// | a transfer coding other than `chunked` | 501, close |
/// | HTTP of another major version | 505, close |
public final class HttpServer implements TcpHandler, TcpAcceptHandler, AutoCloseable {
    private static final int LEAST_BACKLOG = 512;

    private final Stack stack;
    private final HttpConfig config;
    private final HttpSite site;
    private final TimerWheel timers;
    private final HttpDate date = new HttpDate();
    private @Nullable HttpConnection free;
    private @Nullable TcpListener listener;
    private int inUse;
    private long refused;

    private HttpServer(Stack stack, HttpConfig config, HttpSite site, StreamMaker streams) {
        this.stack = stack;
        this.config = config;
        this.site = site;
        this.timers = stack.ipv4().resources().timers();
        final int each = config.requestBuffer() + HttpConfig.RESPONSE_BUFFER;
        final MemorySegment memory = Arena.ofAuto().allocate((long) each * config.connections(), Long.BYTES);
        for (int i = 0; i < config.connections(); i++) {
            final MemorySegment own = memory.asSlice((long) i * each, each);
            final MemorySegment request = own.asSlice(0, config.requestBuffer());
            final HttpConnection made =
                    new HttpConnection(this, streams.make(), request, own.asSlice(config.requestBuffer()));
            made.nextFree = free;
            free = made;
        }
    }

    /// Makes what stands between one client and the server.
    @FunctionalInterface
    private interface StreamMaker {
        OctetStream make();
    }

    /// Serves `site` on a TCP port.
    ///
    /// @throws IllegalStateException if the port cannot be had
    public static HttpServer start(Stack stack, IpAddress address, int port, HttpConfig config, HttpSite site) {
        final RomWriter writer = new RomWriter(stack.pool());
        return start(stack, address, port, new HttpServer(stack, config, site, () -> new PlainStream(writer)));
    }

    /// As above, over TLS.
    ///
    /// @throws IllegalStateException if the port cannot be had
    public static HttpServer startTls(
            Stack stack, IpAddress address, int port, HttpConfig config, HttpSite site, TlsService tls) {
        final byte[] scratch = new byte[TlsStream.LONGEST_TEXT];
        return start(stack, address, port, new HttpServer(stack, config, site, () -> new TlsStream(tls, scratch)));
    }

    private static HttpServer start(Stack stack, IpAddress address, int port, HttpServer server) {
        server.listener = Doors.listen(stack, address, port, server.backlog(), server);
        return server;
    }

    /// Half of all clients may come at once.
    private int backlog() {
        return Math.max(LEAST_BACKLOG, config.connections() / 2);
    }

    /// Clients that are connected.
    public int inUse() {
        return inUse;
    }

    /// Clients that were closed because no connection was free.
    public long refused() {
        return refused;
    }

    // ---- events ----

    @Override
    public void acceptable(TcpListener from) {
        for (TcpConnection c = from.accept(); c != null; c = from.accept()) {
            begin(c);
        }
    }

    private void begin(TcpConnection c) {
        final HttpConnection own = free;
        if (own == null) {
            refused++;
            c.close();
            return;
        }
        free = own.nextFree;
        own.nextFree = null;
        inUse++;
        c.attachment(own);
        c.noDelay(true);
        c.handler(this);
        own.begin(c);
    }

    void giveBack(HttpConnection own) {
        own.nextFree = free;
        free = own;
        inUse--;
    }

    @Override
    public void readable(TcpConnection connection) {
        if (connection.attachment() instanceof HttpConnection own) {
            own.advance();
        }
    }

    @Override
    public void writable(TcpConnection connection) {
        readable(connection);
    }

    @Override
    public void failed(TcpConnection connection, TcpError error) {
        if (connection.attachment() instanceof HttpConnection own) {
            own.failed();
        }
    }

    // ---- for connections ----

    HttpConfig config() {
        return config;
    }

    HttpSite site() {
        return site;
    }

    TimerWheel timers() {
        return timers;
    }

    long nowNs() {
        return stack.nowNs();
    }

    /// Since 1970.
    long epochSecond() {
        return Math.floorDiv(nowNs() + config.epochOffsetNs(), StackClock.SECOND);
    }

    byte[] dateField() {
        return date.field(nowNs() + config.epochOffsetNs());
    }

    // ---- end ----

    /// Frees the port. Connections that were accepted are served on.
    @Override
    public void close() {
        if (listener != null) {
            listener.close();
            listener = null;
        }
    }
}
