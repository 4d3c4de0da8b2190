package org.weir.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.weir.stack.Errno;
import org.weir.stack.SocketAddress;
import org.weir.stack.SocketOptions;
import org.weir.stack.Sockets;
import org.weir.tcp.CongestionAlgorithm;
import org.weir.tcp.TcpConnection;
import org.weir.tcp.TcpInfo;
import org.weir.tcp.TcpState;
import org.weir.udp.UdpEndpoint;
import org.weir.wire.IpAddress;

/// The BSD-like sockets: results and errno as in POSIX.
class SocketsTest {
    private static final long SECOND = 1_000_000_000L;

    private final SimulatedNetwork network = new SimulatedNetwork(SimulatedNetwork.Plan.perfect());
    private final Sockets client = network.client().stack().sockets();
    private final Sockets server = network.server().stack().sockets();
    private final SocketAddress far = new SocketAddress(network.server().address(), 7);
    private final MemorySegment buffer = MemorySegment.ofArray(new byte[100_000]);

    @AfterEach
    void nothingLeaks() {
        network.assertNoLeaks();
        network.close();
    }

    private static int stream(Sockets sockets) {
        return sockets.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
    }

    private static int datagram(Sockets sockets) {
        return sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
    }

    private int listening() {
        final int listener = stream(server);
        assertEquals(0, server.bind(listener, far));
        assertEquals(0, server.listen(listener, 4));
        return listener;
    }

    /// A connection: the client's descriptor and the server's.
    private record Ends(int client, int server) {}

    private Ends connected() {
        final int listener = listening();
        final int near = stream(client);
        assertEquals(-Errno.EINPROGRESS, client.connect(near, far));
        network.run(SECOND);
        final int accepted = server.accept(listener, null);
        assertTrue(accepted >= 0);
        assertEquals(0, server.close(listener));
        return new Ends(near, accepted);
    }

    private void closeBoth(Ends ends) {
        assertEquals(0, client.close(ends.client));
        assertEquals(0, server.close(ends.server));
    }

    @Test
    void anUnknownFamilyOrTypeIsRefused() {
        assertEquals(-Errno.EAFNOSUPPORT, client.socket(10, Sockets.SOCK_STREAM));
        assertEquals(-Errno.ESOCKTNOSUPPORT, client.socket(Sockets.AF_INET, 5));
        assertEquals(-Errno.EPROTONOSUPPORT, client.socket(Sockets.AF_INET, Sockets.SOCK_RAW), "for which protocol?");
    }

    @Test
    void aStaleDescriptorIsDetectedEvenAfterItsSlotIsUsedAgain() {
        final int first = stream(client);
        assertEquals(0, client.close(first));
        final int second = stream(client);
        assertEquals(-Errno.EBADF, client.close(first));
        assertEquals(-Errno.EBADF, client.send(first, buffer, 0, 1));
        assertEquals(-Errno.EBADF, client.ready(-1));
        assertEquals(-Errno.EBADF, client.ready(0x7FFF_FFFF));
        assertEquals(0, client.close(second));
    }

    @Test
    void thereAreOnlySoManyDescriptors() {
        final int[] all = new int[32];
        for (int i = 0; i < all.length; i++) {
            all[i] = stream(client);
            assertTrue(all[i] >= 0);
        }
        assertEquals(-Errno.EMFILE, stream(client));
        for (final int socket : all) {
            assertEquals(0, client.close(socket));
        }
        assertEquals(0, client.open());
    }

    @Test
    void connectTellsItsProgressAndItsEnd() {
        final int listener = listening();
        final int near = stream(client);
        assertEquals(-Errno.EINPROGRESS, client.connect(near, far));
        assertEquals(-Errno.EALREADY, client.connect(near, far));
        assertEquals(0, client.ready(near));
        assertEquals(-Errno.EAGAIN, client.send(near, buffer, 0, 1));
        network.run(SECOND);
        assertEquals(Sockets.POLLOUT, client.ready(near));
        assertEquals(0, client.option(near, SocketOptions.SOL_SOCKET, SocketOptions.SO_ERROR));
        assertEquals(-Errno.EISCONN, client.connect(near, far));
        assertEquals(0, client.close(near));
        assertEquals(0, server.close(listener));
    }

    @Test
    void aRefusedConnectionShowsInSoError() {
        final int near = stream(client);
        client.connect(near, far);
        network.run(SECOND);
        assertTrue((client.ready(near) & (Sockets.POLLERR | Sockets.POLLHUP)) != 0);
        assertEquals(Errno.ECONNREFUSED, client.option(near, SocketOptions.SOL_SOCKET, SocketOptions.SO_ERROR));
        assertEquals(0, client.option(near, SocketOptions.SOL_SOCKET, SocketOptions.SO_ERROR));
        assertEquals(0, client.close(near));
    }

    @Test
    void anUnroutableDestinationIsRefusedAtOnce() {
        final int near = stream(client);
        final SocketAddress nowhere = new SocketAddress(IpAddress.parse("198.51.100.1"), 80);
        assertEquals(-Errno.ENETUNREACH, client.connect(near, nowhere));
        assertEquals(0, client.close(near));
    }

    @Test
    void anAddressInUseOrNotOurOwnIsRefused() {
        final int listener = listening();
        final int other = stream(server);
        assertEquals(-Errno.EADDRINUSE, server.bind(other, far));
        assertEquals(-Errno.EADDRNOTAVAIL, server.bind(other, new SocketAddress(IpAddress.parse("192.0.2.9"), 80)));
        assertEquals(0, server.bind(other, new SocketAddress(IpAddress.ANY, 0)));
        final SocketAddress name = new SocketAddress();
        assertEquals(0, server.localAddress(other, name));
        assertTrue(name.port() >= 32_768);
        assertEquals(-Errno.EINVAL, server.bind(other, far), "it has a name already");
        assertEquals(0, server.close(other));
        assertEquals(0, server.close(listener));
    }

    @Test
    void acceptGivesThePeersNameAndElseEagain() {
        final int listener = listening();
        assertEquals(-Errno.EAGAIN, server.accept(listener, null));
        final int near = stream(client);
        client.connect(near, far);
        network.run(SECOND);
        assertEquals(Sockets.POLLIN, server.ready(listener));
        final SocketAddress peer = new SocketAddress();
        final int accepted = server.accept(listener, peer);
        final SocketAddress own = new SocketAddress();
        client.localAddress(near, own);
        assertEquals(own.toString(), peer.toString());
        assertEquals(0, server.close(listener));
        closeBoth(new Ends(near, accepted));
    }

    @Test
    void dataThenTheEndOfTheStream() {
        final Ends ends = connected();
        assertEquals(-Errno.EAGAIN, client.receive(ends.client, buffer, 0, 10, 0));
        assertEquals(5, server.send(ends.server, buffer, 0, 5));
        assertEquals(0, server.shutdown(ends.server, Sockets.SHUT_WR));
        network.run(SECOND);
        assertEquals(5, client.receive(ends.client, buffer, 0, 10, Sockets.MSG_PEEK));
        assertEquals(5, client.receive(ends.client, buffer, 0, 10, 0));
        assertEquals(0, client.receive(ends.client, buffer, 0, 10, 0));
        assertTrue((client.ready(ends.client) & Sockets.POLLIN) != 0);
        assertEquals(-Errno.EPIPE, server.send(ends.server, buffer, 0, 1));
        closeBoth(ends);
    }

    @Test
    void aFullBufferIsEagainUntilTheReaderReads() {
        final Ends ends = connected();
        int sent = 0;
        for (int i = 0; i < 100; i++) {
            sent += Math.max(0, client.send(ends.client, buffer, 0, 50_000));
            network.run(SECOND / 10);
        }
        assertEquals(-Errno.EAGAIN, client.send(ends.client, buffer, 0, 1));
        assertEquals(0, client.ready(ends.client));
        int received = 0;
        while (received < sent) {
            received += Math.max(0, server.receive(ends.server, buffer, 0, 50_000, 0));
            network.run(SECOND / 10);
        }
        assertEquals(sent, received);
        assertEquals(Sockets.POLLOUT, client.ready(ends.client));
        closeBoth(ends);
    }

    @Test
    void aResetIsReportedOnce() {
        final Ends ends = connected();
        client.send(ends.client, buffer, 0, 10);
        network.run(SECOND);
        assertEquals(0, server.close(ends.server), "with unread data");
        network.run(SECOND);
        assertEquals(-Errno.ECONNRESET, client.receive(ends.client, buffer, 0, 10, 0));
        assertEquals(-Errno.EPIPE, client.send(ends.client, buffer, 0, 10));
        assertEquals(0, client.close(ends.client));
    }

    @Test
    void datagramsKeepTheirBoundariesAndSenders() {
        final int receiver = datagram(server);
        assertEquals(0, server.bind(receiver, far));
        final int sender = datagram(client);
        assertEquals(10, client.sendTo(sender, buffer, 0, 10, far));
        network.run(SECOND);
        assertEquals(20, client.sendTo(sender, buffer, 0, 20, far));
        network.run(SECOND);
        final SocketAddress from = new SocketAddress();
        assertEquals(10, server.receiveFrom(receiver, buffer, 0, 100, 0, from));
        final SocketAddress own = new SocketAddress();
        client.localAddress(sender, own);
        assertEquals(own.port(), from.port());
        assertEquals(network.client().address().low(), from.low());
        assertEquals(20, server.receiveFrom(receiver, buffer, 0, 5, Sockets.MSG_TRUNC, from), "the whole length");
        assertEquals(-Errno.EAGAIN, server.receiveFrom(receiver, buffer, 0, 5, 0, from));
        assertEquals(0, server.close(receiver));
        assertEquals(0, client.close(sender));
    }

    @Test
    void aDatagramToAClosedPortIsReportedToAConnectedSocket() {
        final int near = datagram(client);
        assertEquals(-Errno.EDESTADDRREQ, client.send(near, buffer, 0, 1));
        assertEquals(0, client.connect(near, far));
        assertEquals(1, client.send(near, buffer, 0, 1));
        network.run(SECOND);
        assertEquals(-Errno.ECONNREFUSED, client.receive(near, buffer, 0, 10, 0));
        assertEquals(-Errno.EAGAIN, client.receive(near, buffer, 0, 10, 0));
        assertEquals(0, client.close(near));
    }

    @Test
    void aDisconnectedDatagramSocketHearsEverybodyAgainOnItsPort() {
        final int near = datagram(client);
        assertEquals(0, client.connect(near, far));
        final SocketAddress own = new SocketAddress();
        assertEquals(0, client.localAddress(near, own));
        assertEquals(network.client().address().low(), own.low());
        final int stranger = datagram(server);
        assertEquals(1, server.sendTo(stranger, buffer, 0, 1, own));
        network.run(SECOND);
        assertEquals(-Errno.EAGAIN, client.receive(near, buffer, 0, 10, 0));
        assertEquals(0, client.disconnect(near));
        assertEquals(-Errno.ENOTCONN, client.remoteAddress(near, new SocketAddress()));
        final SocketAddress unnamed = new SocketAddress();
        assertEquals(0, client.localAddress(near, unnamed));
        assertEquals(IpAddress.ANY.low(), unnamed.low());
        assertEquals(own.port(), unnamed.port());
        assertEquals(1, server.sendTo(stranger, buffer, 0, 1, own));
        network.run(SECOND);
        assertEquals(1, client.receive(near, buffer, 0, 10, 0));
        assertEquals(-Errno.EDESTADDRREQ, client.send(near, buffer, 0, 1));
        assertEquals(0, client.close(near));
        assertEquals(0, server.close(stranger));
    }

    @Test
    void disconnectingKeepsAnAddressThatWasBound() {
        final int near = datagram(client);
        assertEquals(0, client.bind(near, new SocketAddress(network.client().address(), 9)));
        assertEquals(0, client.connect(near, far));
        assertEquals(0, client.disconnect(near));
        final SocketAddress own = new SocketAddress();
        assertEquals(0, client.localAddress(near, own));
        assertEquals(network.client().address().low(), own.low());
        assertEquals(0, client.close(near));
        assertEquals(-Errno.EBADF, client.disconnect(near));
        final int stream = stream(client);
        assertEquals(-Errno.EOPNOTSUPP, client.disconnect(stream));
        assertEquals(0, client.close(stream));
    }

    @Test
    void whatCanBeReadAtOnceIsCounted() {
        final Ends ends = connected();
        assertEquals(0, server.available(ends.server));
        assertEquals(30, client.send(ends.client, buffer, 0, 30));
        network.run(SECOND);
        assertEquals(30, server.available(ends.server));
        assertEquals(10, server.receive(ends.server, buffer, 0, 10, 0));
        assertEquals(20, server.available(ends.server));
        closeBoth(ends);
        assertEquals(-Errno.EBADF, server.available(ends.server));
        final int receiver = datagram(server);
        assertEquals(0, server.bind(receiver, far));
        assertEquals(0, server.available(receiver));
        final int sender = datagram(client);
        assertEquals(10, client.sendTo(sender, buffer, 0, 10, far));
        assertEquals(20, client.sendTo(sender, buffer, 0, 20, far));
        network.run(SECOND);
        assertEquals(10, server.available(receiver), "of the oldest datagram");
        assertEquals(0, server.close(receiver));
        assertEquals(0, client.close(sender));
    }

    @Test
    void aDatagramThatIpCannotTellIsRefused() {
        final int near = datagram(client);
        assertEquals(65_507, client.sendTo(near, buffer, 0, 65_507, far));
        assertEquals(-Errno.EMSGSIZE, client.sendTo(near, buffer, 0, 65_508, far));
        network.run(SECOND);
        assertEquals(0, client.close(near));
    }

    @Test
    void aDatagramOfManyPagesCrossesLoopback() {
        final SocketAddress self = new SocketAddress(network.client().address(), 9);
        final int near = datagram(client);
        assertEquals(0, client.bind(near, self));
        assertEquals(60_000, client.sendTo(near, buffer, 0, 60_000, self), "to an address of our own");
        network.run(SECOND);
        assertEquals(60_000, client.receive(near, buffer, 0, 100_000, 0));
        assertEquals(0, client.close(near));
    }

    @Test
    void writingTheBufferExactlyFullIsFollowedByACallback() {
        final Ends ends = connected();
        final AtomicReference<Integer> told = new AtomicReference<>(0);
        client.callback(ends.client, (descriptor, events) -> told.set(events));
        assertEquals(65_536, client.send(ends.client, buffer, 0, 65_536));
        assertEquals(0, client.ready(ends.client));
        network.run(SECOND);
        assertEquals(Sockets.POLLOUT, told.get());
        int received = server.receive(ends.server, buffer, 0, 100_000, 0);
        network.run(SECOND);
        received += Math.max(0, server.receive(ends.server, buffer, 0, 100_000, 0));
        assertEquals(65_536, received);
        closeBoth(ends);
    }

    @Test
    void aRefusedSocketCanConnectAgain() {
        final int near = stream(client);
        client.connect(near, far);
        network.run(SECOND);
        assertEquals(Errno.ECONNREFUSED, client.option(near, SocketOptions.SOL_SOCKET, SocketOptions.SO_ERROR));
        final int listener = listening();
        assertEquals(-Errno.EINPROGRESS, client.connect(near, far));
        network.run(SECOND);
        assertEquals(1, client.send(near, buffer, 0, 1));
        network.run(SECOND);
        assertEquals(0, client.close(near));
        assertEquals(0, server.close(listener));
    }

    @Test
    void aConnectedDatagramSocketHearsItsPeerOnly() {
        final int near = datagram(client);
        assertEquals(0, client.connect(near, far));
        final SocketAddress own = new SocketAddress();
        client.localAddress(near, own);
        final int stranger = datagram(server);
        assertEquals(1, server.sendTo(stranger, buffer, 0, 1, own));
        network.run(SECOND);
        assertEquals(-Errno.EAGAIN, client.receive(near, buffer, 0, 10, 0));
        assertEquals(0, client.close(near));
        assertEquals(0, server.close(stranger));
    }

    @Test
    void optionsAreHonouredOrRefused() {
        final int near = stream(client);
        assertEquals(0, client.setOption(near, SocketOptions.IPPROTO_TCP, SocketOptions.TCP_NODELAY, 1));
        assertEquals(1, client.option(near, SocketOptions.IPPROTO_TCP, SocketOptions.TCP_NODELAY));
        assertEquals(-Errno.ENOPROTOOPT, client.setOption(near, SocketOptions.SOL_SOCKET, 6, 1), "SO_BROADCAST");
        assertEquals(-Errno.ENOPROTOOPT, client.setOption(near, SocketOptions.IPPROTO_TCP, 23, 1), "TCP_FASTOPEN");
        assertEquals(Sockets.SOCK_STREAM, client.option(near, SocketOptions.SOL_SOCKET, SocketOptions.SO_TYPE));
        assertEquals(0, client.close(near));
        final int packets = datagram(client);
        assertEquals(-Errno.EINVAL, client.setOption(packets, SocketOptions.IPPROTO_IP, SocketOptions.IP_TTL, 0));
        assertEquals(0, client.setOption(packets, SocketOptions.IPPROTO_IP, SocketOptions.IP_TTL, 9));
        assertEquals(9, client.option(packets, SocketOptions.IPPROTO_IP, SocketOptions.IP_TTL));
        assertEquals(0, client.close(packets));
    }

    /// Level, name, a value that is taken, one that is not (-1 if there is none).
    private static final int[][] STREAM_OPTIONS = {
        {SocketOptions.SOL_SOCKET, SocketOptions.SO_KEEPALIVE, 1, -1},
        {SocketOptions.SOL_SOCKET, SocketOptions.SO_REUSEADDR, 1, -1},
        {SocketOptions.SOL_SOCKET, SocketOptions.SO_REUSEPORT, 1, -1},
        {SocketOptions.SOL_SOCKET, SocketOptions.SO_MAX_PACING_RATE, 1_000_000, -2},
        {SocketOptions.SOL_SOCKET, SocketOptions.SO_SNDBUF, 30_000, 100},
        {SocketOptions.SOL_SOCKET, SocketOptions.SO_RCVBUF, 30_000, 100},
        {SocketOptions.IPPROTO_IP, SocketOptions.IP_TTL, 9, 256},
        {SocketOptions.IPPROTO_IP, SocketOptions.IP_TOS, 0xB8, 256},
        {SocketOptions.IPPROTO_TCP, SocketOptions.TCP_NODELAY, 1, -1},
        {SocketOptions.IPPROTO_TCP, SocketOptions.TCP_CORK, 1, -1},
        {SocketOptions.IPPROTO_TCP, SocketOptions.TCP_MAXSEG, 500, 87},
        {SocketOptions.IPPROTO_TCP, SocketOptions.TCP_KEEPIDLE, 60, 0},
        {SocketOptions.IPPROTO_TCP, SocketOptions.TCP_KEEPINTVL, 5, 32_768},
        {SocketOptions.IPPROTO_TCP, SocketOptions.TCP_KEEPCNT, 3, 128},
        {SocketOptions.IPPROTO_TCP, SocketOptions.TCP_SYNCNT, 2, 0},
        {SocketOptions.IPPROTO_TCP, SocketOptions.TCP_LINGER2, 30, 121},
        {SocketOptions.IPPROTO_TCP, SocketOptions.TCP_DEFER_ACCEPT, 10, 3_601},
        {SocketOptions.IPPROTO_TCP, SocketOptions.TCP_USER_TIMEOUT, 1_500, -2},
        {SocketOptions.IPPROTO_TCP, SocketOptions.TCP_NOTSENT_LOWAT, 16_384, -2},
    };

    @Test
    void everyStreamOptionIsReadAsItWasSetAndRefusedOutOfItsRange() {
        final int near = stream(client);
        for (final int[] option : STREAM_OPTIONS) {
            final String name = "option " + option[1] + " of level " + option[0];
            assertEquals(0, client.setOption(near, option[0], option[1], option[2]), name);
            assertEquals(option[2], client.option(near, option[0], option[1]), name);
            if (option[3] != -1) {
                assertEquals(-Errno.EINVAL, client.setOption(near, option[0], option[1], option[3]), name);
                assertEquals(option[2], client.option(near, option[0], option[1]), name);
            }
        }
        assertEquals(-Errno.ENOTCONN, client.setOption(near, SocketOptions.IPPROTO_TCP, SocketOptions.TCP_QUICKACK, 1));
        assertEquals(0, client.close(near));
    }

    @Test
    void anOptionOfAListenerHoldsForWhatItAccepts() {
        final int listener = listening();
        assertEquals(0, server.setOption(listener, SocketOptions.IPPROTO_TCP, SocketOptions.TCP_KEEPCNT, 5));
        final int near = stream(client);
        client.connect(near, far);
        network.run(SECOND);
        final int accepted = server.accept(listener, null);
        assertEquals(5, server.option(accepted, SocketOptions.IPPROTO_TCP, SocketOptions.TCP_KEEPCNT));
        assertEquals(
                -Errno.EISCONN, server.setOption(accepted, SocketOptions.IPPROTO_TCP, SocketOptions.TCP_MAXSEG, 500));
        assertEquals(0, server.close(listener));
        closeBoth(new Ends(near, accepted));
    }

    @Test
    void informationIsThereWhileThereIsAConnection() {
        final TcpInfo info = new TcpInfo();
        final int alone = stream(client);
        assertEquals(-Errno.ENOTCONN, client.info(alone, info));
        assertEquals(0, client.close(alone));
        assertEquals(-Errno.EBADF, client.info(alone, info));
        final Ends ends = connected();
        assertEquals(0, client.info(ends.client, info));
        assertEquals(TcpState.ESTABLISHED, info.state);
        assertTrue(info.sack && info.timestamps);
        closeBoth(ends);
    }

    @Test
    void aSharedPortSpreadsConnectionsOverItsListeners() {
        final int[] listeners = new int[3];
        for (int i = 0; i < listeners.length; i++) {
            listeners[i] = stream(server);
            server.setOption(listeners[i], SocketOptions.SOL_SOCKET, SocketOptions.SO_REUSEPORT, 1);
            assertEquals(0, server.bind(listeners[i], far));
            assertEquals(0, server.listen(listeners[i], 16));
        }
        final int[] near = new int[10];
        for (int i = 0; i < near.length; i++) {
            near[i] = stream(client);
            client.connect(near[i], far);
        }
        network.run(SECOND);
        int used = 0;
        for (final int listener : listeners) {
            int accepted = 0;
            for (int d = server.accept(listener, null); d >= 0; d = server.accept(listener, null)) {
                accepted++;
                assertEquals(0, server.close(d));
            }
            used += accepted > 0 ? 1 : 0;
            assertEquals(0, server.close(listener));
        }
        assertTrue(used > 1, used + " of the listeners got something");
        for (final int d : near) {
            client.close(d);
        }
    }

    @Test
    void aReusedAddressMayBeBoundTwiceAndListenedOnOnce() {
        final int first = stream(server);
        final int second = stream(server);
        server.setOption(first, SocketOptions.SOL_SOCKET, SocketOptions.SO_REUSEADDR, 1);
        assertEquals(0, server.bind(first, far));
        assertEquals(-Errno.EADDRINUSE, server.bind(second, far));
        server.setOption(second, SocketOptions.SOL_SOCKET, SocketOptions.SO_REUSEADDR, 1);
        assertEquals(0, server.bind(second, far));
        assertEquals(0, server.listen(first, 1));
        assertEquals(-Errno.EADDRINUSE, server.listen(second, 1));
        assertEquals(0, server.close(first));
        assertEquals(0, server.listen(second, 1));
        assertEquals(0, server.close(second));
    }

    @Test
    void lingeringAndCongestionControlAreSetByCallsOfTheirOwn() {
        final int near = stream(client);
        assertEquals(-Errno.EINVAL, client.linger(near, true, -1));
        assertEquals(0, client.linger(near, true, 5));
        assertEquals(0, client.congestion(near, CongestionAlgorithm.CUBIC));
        assertEquals(0, client.close(near));
        assertEquals(-Errno.EBADF, client.linger(near, false, 0));
        final int packets = datagram(client);
        assertEquals(-Errno.ENOPROTOOPT, client.linger(packets, true, 5));
        assertEquals(-Errno.ENOPROTOOPT, client.congestion(packets, CongestionAlgorithm.CUBIC));
        assertEquals(0, client.close(packets));
    }

    @Test
    void lingeringAndCongestionControlCanBeAskedFor() {
        final int near = stream(client);
        assertEquals(-1, client.linger(near));
        assertEquals(0, client.linger(near, true, 5));
        assertEquals(5, client.linger(near));
        assertEquals(0, client.linger(near, true, 0));
        assertEquals(0, client.linger(near));
        assertEquals(0, client.linger(near, false, 5));
        assertEquals(-1, client.linger(near));
        assertEquals(CongestionAlgorithm.NEW_RENO, client.congestion(near));
        assertEquals(0, client.congestion(near, CongestionAlgorithm.CUBIC));
        assertEquals(CongestionAlgorithm.CUBIC, client.congestion(near));
        assertEquals(0, client.close(near));
        assertEquals(-1, client.linger(near));
        assertEquals(CongestionAlgorithm.NEW_RENO, client.congestion(near));
    }

    @Test
    void theConnectionBehindASocketCanBeHadFromItsBeginningToItsEnd() {
        final int listener = listening();
        final int near = stream(client);
        assertNull(client.connection(near));
        assertEquals(-Errno.EINPROGRESS, client.connect(near, far));
        assertNull(client.connection(near));
        network.run(SECOND);
        final TcpConnection connection = client.connection(near);
        assertNotNull(connection);
        assertEquals(TcpState.ESTABLISHED, connection.state());
        assertNull(server.connection(listener));
        assertEquals(0, client.close(near));
        assertNull(client.connection(near));
        assertEquals(0, server.close(listener));
    }

    @Test
    void theEndpointBehindADatagramSocketCanBeHad() {
        final int packets = datagram(client);
        assertEquals(0, client.bind(packets, new SocketAddress(IpAddress.ANY, 99)));
        final UdpEndpoint endpoint = client.endpoint(packets);
        assertNotNull(endpoint);
        assertEquals(99, endpoint.localPort());
        assertNull(client.connection(packets));
        final int near = stream(client);
        assertNull(client.endpoint(near));
        assertEquals(0, client.close(near));
        assertEquals(0, client.close(packets));
        assertNull(client.endpoint(packets));
    }

    @Test
    void loopbackConnectsAStackToItself() {
        final SocketAddress self = new SocketAddress(IpAddress.parse("127.0.0.1"), 80);
        final int listener = stream(client);
        client.bind(listener, self);
        client.listen(listener, 1);
        final int near = stream(client);
        client.connect(near, self);
        network.run(SECOND);
        final int accepted = client.accept(listener, null);
        assertEquals(60_000, client.send(near, buffer, 0, 60_000));
        network.run(SECOND);
        assertEquals(60_000, client.receive(accepted, buffer, 0, 100_000, 0));
        assertEquals(0, client.close(near));
        assertEquals(0, client.close(accepted));
        assertEquals(0, client.close(listener));
    }

    @Test
    void anotherThreadIsToldThatTheStackIsNotItsOwn() throws InterruptedException {
        network.run(SECOND);
        final AtomicReference<String> message = new AtomicReference<>("");
        final Thread stranger = Thread.ofPlatform().name("stranger").start(() -> {
            final IllegalStateException thrown = assertThrows(
                    IllegalStateException.class, () -> network.client().stack().poll(1));
            message.set(String.valueOf(thrown.getMessage()));
        });
        stranger.join();
        assertTrue(String.valueOf(message.get()).contains("stranger"), message::get);
    }
}
