package org.weir.services;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.weir.services.http.HttpConfig;
import org.weir.services.http.HttpContent;
import org.weir.services.http.HttpServer;
import org.weir.tcp.TcpConnection;
import org.weir.tcp.TcpError;
import org.weir.tcp.TcpHandler;
import org.weir.testkit.AllocationGuard;
import org.weir.testkit.SimulatedNetwork;
import org.weir.testkit.SimulatedNetwork.Plan;
import org.weir.wire.IpAddress;

/// Serving allocates nothing once each service has served for a while: measured over both hosts, client included.
@Tag("allocation")
final class ServiceAllocationTest {
    private static final int ROUNDS = 10;
    private static final long LIMIT_NS = 3_600_000_000_000L;

    private final SimulatedNetwork network = new SimulatedNetwork(Plan.perfect());
    private final Arena arena = Arena.ofConfined();

    @AfterEach
    void closes() {
        network.assertNoLeaks();
        network.close();
        arena.close();
    }

    /// Sends `what` over and over as fast as it may, and counts what comes back.
    private static final class Load implements TcpHandler {
        private final @Nullable MemorySegment what;
        private long received;
        private long sent;
        private long target;

        Load(@Nullable MemorySegment what) {
            this.what = what;
        }

        @Override
        public void connected(TcpConnection c) {
            writable(c);
        }

        @Override
        public void readable(TcpConnection c) {
            final int octets = c.receivedOctets();
            received += octets;
            c.consume(octets);
            writable(c);
        }

        @Override
        public void writable(TcpConnection c) {
            final MemorySegment source = what;
            if (source == null) {
                return;
            }
            int written = 1;
            while (written > 0) {
                final long at = sent % source.byteSize();
                written = c.write(source, at, (int) (source.byteSize() - at));
                sent += written;
            }
        }

        @Override
        public void failed(TcpConnection c, TcpError error) {
            throw new AssertionError(error);
        }
    }

    private void allocatesNothing(int port, @Nullable MemorySegment what, long octets) {
        final Load load = new Load(what);
        final long low = network.server().address().low();
        final TcpConnection c = network.client().stack().tcp().connect(0, low, port, IpAddress.ANY.low(), 0, load);
        assertNotNull(c);
        final BooleanSupplier done = () -> load.received + load.sent >= load.target;
        AllocationGuard.assertAllocatesNothing("port " + port, ROUNDS, () -> {
            load.target += octets;
            network.runUntil(done, LIMIT_NS);
        });
        assertTrue(done.getAsBoolean());
        c.abort();
    }

    private long octets() {
        return Boolean.getBoolean("weir.interpreter") ? 2_000_000 : 20_000_000;
    }

    @Test
    void echo() {
        EchoService.start(network.server().stack(), network.server().address(), 7);
        allocatesNothing(7, arena.allocate(100_000), octets());
    }

    @Test
    void discard() {
        DiscardService.start(network.server().stack(), network.server().address(), 9);
        allocatesNothing(9, arena.allocate(100_000), octets());
    }

    @Test
    void chargen() {
        ChargenService.start(network.server().stack(), network.server().address(), 19);
        allocatesNothing(19, null, octets());
    }

    @Test
    void http() {
        final HttpContent page =
                HttpContent.rom("text/plain", arena.allocate(5_000)).withValidators("v1", 1_000);
        HttpServer.start(
                network.server().stack(),
                network.server().address(),
                80,
                HttpConfig.defaults(0),
                (_, from, to) -> from == to ? page : null);
        final String requests = """
            GET / HTTP/1.1
            Host: a

            HEAD /none HTTP/1.1
            Host: a

            GET / HTTP/1.1
            Host: a
            Range: bytes=10-4000
            If-Range: "v1"

            GET / HTTP/1.1
            Host: a
            If-None-Match: W/"v0", "v1"

            GET / HTTP/1.1
            Host: a
            If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT

            POST / HTTP/1.1
            Host: a
            Transfer-Encoding: chunked

            5;x=y
            hello
            0

            """.replace("\n", "\r\n");
        final MemorySegment source = arena.allocate(requests.length());
        source.copyFrom(MemorySegment.ofArray(requests.getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
        allocatesNothing(80, source, octets() / 4);
    }
}
