package org.weir.preload;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weir.drivers.Epoll;
import org.weir.memory.Pbuf;
import org.weir.preload.Program.End;
import org.weir.raw.RawEndpoint;
import org.weir.stack.Errno;
import org.weir.stack.SocketAddress;
import org.weir.stack.SocketOptions;
import org.weir.stack.Sockets;
import org.weir.udp.UdpEndpoint;
import org.weir.wire.IcmpHeader;
import org.weir.wire.IpAddress;
import org.weir.wire.IpProtocol;
import org.weir.wire.Ipv4Header;

/// What programs ask for, and what goes through their sockets.
class PreloadServerTest extends AtTheDoor {
    // ---- programs ----

    @Test
    void aProgramCountsWhileItIsConnected() {
        until(() -> server.programs() == 1);
        assertFalse(server.isUnused());
        final Program second = new Program(path, this::turn);
        until(() -> server.programs() == 2);
        second.close();
        until(() -> server.programs() == 1);
    }

    @Test
    void aSocketOutlivesItsProgramsConnection() {
        final Connection c = connected();
        program.close();
        until(() -> server.programs() == 0);
        assertFalse(server.isUnused());
        assertEquals(1, server.open());
        program = new Program(path, this::turn);
        write(c.near(), "still here");
        farReads(c.far(), "still here");
        closeBoth(c);
        assertEquals(0, server.expulsions());
    }

    @Test
    void theFileBecomesReadableWhenAProgramWantsSomething() throws IOException {
        until(() -> server.programs() == 1);
        try (Epoll watcher = Epoll.create()) {
            assertTrue(watcher.add(server.fileDescriptor(), Epoll.EPOLLIN, 5));
            assertEquals(0, watcher.ready());
            program.request(Protocol.INTERFACES, 0);
            program.send(Protocol.REQUEST_SIZE);
            assertEquals(1, watcher.ready());
            assertEquals(5, watcher.token(0));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {Protocol.REQUEST_VERSION, Protocol.REQUEST_CALL, Protocol.REQUEST_LENGTH})
    void aProgramThatSendsNonsenseLosesItsSockets(int field) {
        final Connection c = connected();
        program.request(Protocol.INTERFACES, 0).set(ValueLayout.JAVA_BYTE, field, (byte) 99);
        program.send(Protocol.REQUEST_SIZE);
        until(program::isExpelled);
        assertEquals(1, server.expulsions());
        assertTrue(server.isUnused());
        until(() -> far.receive(c.far(), in, 0, 1, 0) == -Errno.ECONNRESET);
        far.close(c.far());
        program.close(c.near());
    }

    @Test
    void aRequestThatIsNotWholeIsNonsense() {
        program.request(Protocol.INTERFACES, 0);
        program.send(Protocol.REQUEST_SIZE - 1);
        until(program::isExpelled);
        assertEquals(1, server.expulsions());
    }

    @Test
    void anotherProgramsNonsenseIsNoneOfThisOnes() {
        final Connection c = connected();
        final Program fool = new Program(path, this::turn);
        fool.request(99, 0);
        fool.send(Protocol.REQUEST_SIZE);
        until(fool::isExpelled);
        fool.close();
        write(c.near(), "unharmed");
        farReads(c.far(), "unharmed");
        closeBoth(c);
    }

    @Test
    void whoAsksForMuchAtOnceLetsOthersHaveTheirTurn() {
        until(() -> server.programs() == 1);
        program.request(Protocol.INTERFACES, 0);
        for (int i = 0; i < 40; i++) {
            program.send(Protocol.REQUEST_SIZE);
        }
        turn();
        final int first = program.answers();
        assertTrue(first > 0 && first < 40, () -> first + " answers in one turn");
        final int[] answers = {first};
        until(() -> {
            answers[0] += program.answers();
            return answers[0] == 40;
        });
    }

    @Test
    void aSocketThatIsNotKnownIsNotConnected() {
        assertEquals(Errno.ENOTCONN, program.ask(Protocol.LOCAL_NAME, new End(0, -1)));
        final End end = stream();
        assertEquals(Errno.ENOTCONN, program.ask(Protocol.LOCAL_NAME, new End(end.id() ^ 1L << 40, -1)));
        assertEquals(0, program.ask(Protocol.LOCAL_NAME, end));
        program.close(end);
    }

    @Test
    void whatTheStackHasNotIsRefused() {
        assertEquals(Errno.EPROTONOSUPPORT, program.askForSocket(Sockets.SOCK_STREAM, IpProtocol.UDP));
        assertEquals(Errno.EPROTONOSUPPORT, program.askForSocket(Sockets.SOCK_DGRAM, IpProtocol.TCP));
        assertEquals(Errno.EPROTONOSUPPORT, program.askForSocket(SOCK_RAW, 0));
        assertEquals(Errno.ESOCKTNOSUPPORT, program.askForSocket(4, 0));
        assertEquals(0, server.open());
    }

    @Test
    void thereAreOnlySoManySockets() {
        final int most = network.client().stack().config().sockets();
        final End[] all = new End[most];
        for (int i = 0; i < most; i++) {
            all[i] = stream();
        }
        assertEquals(Errno.EMFILE, program.askForSocket(Sockets.SOCK_STREAM, 0));
        program.close(all[0]);
        until(() -> server.open() == most - 1);
        all[0] = stream();
        for (final End end : all) {
            program.close(end);
        }
    }

    @Test
    void theHostsEndIsNamedAfterTheSocket() throws IOException {
        final End end = program.socket(Sockets.SOCK_DGRAM, 0);
        final String name = "@weir.u." + String.format("%016x", end.id());
        assertTrue(Files.readAllLines(Path.of("/proc/net/unix")).stream().anyMatch(l -> l.endsWith(name)));
        program.close(end);
    }

    @Test
    void theInterfacesAreListed() {
        program.request(Protocol.INTERFACES, 0);
        assertEquals(0, program.ask());
        final MemorySegment value = program.value();
        assertEquals(0, value.byteSize() % Protocol.INTERFACE_SIZE);
        final MemorySegment last = value.asSlice(value.byteSize() - Protocol.INTERFACE_SIZE);
        assertEquals("eth0", last.getString(Protocol.INTERFACE_NAME));
        assertEquals(nearAddress, Protocol.address(last, Protocol.INTERFACE_ADDRESS));
        assertEquals(0xFFFF_FF00, Protocol.address(last, Protocol.INTERFACE_NETMASK));
        assertEquals(nearAddress | 0xFF, Protocol.address(last, Protocol.INTERFACE_BROADCAST));
        assertEquals(1_500, Protocol.i32(last, Protocol.INTERFACE_MTU));
        assertEquals(network.client().netif().index(), Protocol.i32(last, Protocol.INTERFACE_INDEX));
        assertEquals(1, Protocol.u8(last, Protocol.INTERFACE_HARDWARE + 5));
    }

    // ---- streams ----

    @Test
    void aConnectionKnowsBothItsNames() {
        final Connection c = connected();
        assertEquals(0, program.ask(Protocol.REMOTE_NAME, c.near()));
        assertEquals(farAddress, Protocol.address(program.reply(), Protocol.REPLY_ADDRESS));
        assertEquals(PORT, Protocol.port(program.reply(), Protocol.REPLY_PORT));
        final SocketAddress seen = new SocketAddress();
        far.remoteAddress(c.far(), seen);
        assertEquals(0, program.ask(Protocol.LOCAL_NAME, c.near()));
        assertEquals(nearAddress, Protocol.address(program.reply(), Protocol.REPLY_ADDRESS));
        assertEquals(seen.port(), Protocol.port(program.reply(), Protocol.REPLY_PORT));
        closeBoth(c);
    }

    @Test
    void oneOctetAtATimeArrivesAtOnce() {
        final Connection c = connected();
        for (int i = 0; i < 10; i++) {
            final String octet = String.valueOf(i);
            write(c.near(), octet);
            farReads(c.far(), octet);
        }
        assertEquals(-Errno.EAGAIN, far.receive(c.far(), in, 0, 1, 0));
        closeBoth(c);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void whatIsSentBothWaysArrivesWhole(long seed) {
        final Connection c = connected();
        final Exchange exchange = new Exchange(c, seed);
        until(exchange::isDone);
        exchange.assertWhole();
        closeBoth(c);
    }

    /// Random octets in both directions at once, in pieces of random length.
    private final class Exchange {
        private static final int OCTETS = 400_000;

        private final Connection c;
        private final Random random;
        private final MemorySegment[] sent = {memory(), memory()};
        private final MemorySegment[] heard = {memory(), memory()};
        private final int[] written = new int[2];
        private final int[] read = new int[2];

        private Exchange(Connection c, long seed) {
            this.c = c;
            this.random = new Random(seed);
            for (final MemorySegment way : sent) {
                final byte[] octets = new byte[OCTETS];
                random.nextBytes(octets);
                way.copyFrom(MemorySegment.ofArray(octets));
            }
        }

        private static MemorySegment memory() {
            return Arena.ofAuto().allocate(OCTETS);
        }

        /// From 1 octet to as many as are left, mostly few.
        private int some(int done) {
            return Math.min(OCTETS - done, 1 + random.nextInt(1 << random.nextInt(18)));
        }

        private boolean isDone() {
            if (written[0] < OCTETS) {
                written[0] += Math.max(0, program.write(c.near(), sent[0], written[0], some(written[0])));
            }
            if (written[1] < OCTETS) {
                written[1] += Math.max(0, far.send(c.far(), sent[1], written[1], some(written[1])));
            }
            if (random.nextInt(3) > 0 && read[0] < OCTETS) {
                read[0] += Math.max(0, far.receive(c.far(), heard[0], read[0], some(read[0]), 0));
            }
            if (random.nextInt(3) > 0 && read[1] < OCTETS) {
                read[1] += Math.max(0, program.read(c.near(), heard[1], read[1], some(read[1])));
            }
            return read[0] == OCTETS && read[1] == OCTETS;
        }

        private void assertWhole() {
            assertEquals(-1, sent[0].mismatch(heard[0]));
            assertEquals(-1, sent[1].mismatch(heard[1]));
        }
    }

    @Test
    void aProgramThatDoesNotReadIsWaitedFor() {
        final Connection c = connected();
        int sent = 0;
        for (int i = 0; i < 2_000; i++) {
            sent += Math.max(0, far.send(c.far(), out, 0, 4_096));
            turn();
        }
        assertEquals(-Errno.EAGAIN, far.send(c.far(), out, 0, 4_096));
        final int[] left = {sent};
        until(() -> {
            left[0] -= Math.max(0, program.read(c.near(), in, 0, 4_096));
            return left[0] == 0;
        });
        closeBoth(c);
    }

    @Test
    void theEndOfOneDirectionLeavesTheOther() {
        final Connection c = connected();
        write(c.near(), "last words");
        program.shutdownOutput(c.near());
        farReads(c.far(), "last words");
        until(() -> far.receive(c.far(), in, 0, 1, 0) == 0);
        put("answer");
        assertEquals(6, far.send(c.far(), out, 0, 6));
        reads(c.near(), "answer");
        assertEquals(0, far.close(c.far()));
        program.await(c.near(), Epoll.EPOLLRDHUP);
        assertEquals(0, program.read(c.near(), in, 0, 1));
        program.close(c.near());
    }

    @Test
    void thePeersEndIsSeenBehindWhatItHasSent() {
        final Connection c = connected();
        put("last words");
        assertEquals(10, far.send(c.far(), out, 0, 10));
        assertEquals(0, far.shutdown(c.far(), Sockets.SHUT_WR));
        reads(c.near(), "last words");
        until(() -> program.read(c.near(), in, 0, 1) == 0);
        write(c.near(), "answer");
        farReads(c.far(), "answer");
        closeBoth(c);
    }

    @Test
    void whatAProgramHasSentBeforeItClosesStillGoesOut() {
        final Connection c = connected();
        write(c.near(), "and goodbye");
        program.close(c.near());
        farReads(c.far(), "and goodbye");
        until(() -> far.receive(c.far(), in, 0, 1, 0) == 0);
        assertEquals(0, far.close(c.far()));
    }

    @Test
    void aProgramThatClosesWithSomethingUnreadResets() {
        final Connection c = connected();
        put("unheard");
        assertEquals(7, far.send(c.far(), out, 0, 7));
        program.await(c.near(), Epoll.EPOLLIN);
        program.close(c.near());
        until(() -> far.receive(c.far(), in, 0, 1, 0) == -Errno.ECONNRESET);
        far.close(c.far());
        assertEquals(0, server.open());
    }

    @Test
    void aResetOfThePeersIsAnErrorWithItsReason() {
        final Connection c = connected();
        assertEquals(0, far.linger(c.far(), true, 0));
        assertEquals(0, far.close(c.far()));
        program.await(c.near(), Epoll.EPOLLERR);
        assertEquals(0, server.open());
        assertEquals(Errno.ECONNRESET, program.error(c.near()));
        assertEquals(0, program.error(c.near()));
        program.close(c.near());
    }

    @Test
    void whoConnectsTwiceSendsNothingButItsOwn() {
        final int listener = farListener();
        final End end = stream();
        assertEquals(Errno.EINPROGRESS, program.connect(end, farAddress, PORT));
        assertEquals(Errno.EALREADY, program.connect(end, farAddress, PORT));
        program.await(end, Epoll.EPOLLOUT);
        final Connection c = new Connection(end, far.accept(listener, null));
        write(end, "once");
        farReads(c.far(), "once");
        assertEquals(0, far.close(listener));
        closeBoth(c);
    }

    @Test
    void aConnectionThatIsRefusedIsAnErrorWithItsReason() {
        final End end = stream();
        assertEquals(Errno.EINPROGRESS, program.connect(end, farAddress, OTHER_PORT));
        program.await(end, Epoll.EPOLLERR);
        assertEquals(Errno.ECONNREFUSED, program.error(end));
        program.close(end);
    }

    @Test
    void aConnectionThatIsGivenUpMeanwhileIsNone() {
        final End end = stream();
        assertEquals(Errno.EINPROGRESS, program.connect(end, nearAddress + 100, PORT));
        program.close(end);
        until(() -> server.open() == 0);
    }

    @Test
    void anAddressThatIsNotTheStacksBusinessIsElsewhere() {
        final End end = stream();
        assertEquals(Protocol.ELSEWHERE, program.connect(end, LOOPBACK, PORT));
        assertEquals(Protocol.ELSEWHERE, program.connect(end, FAR_AWAY, PORT));
        assertEquals(Protocol.ELSEWHERE, program.ask(Protocol.BIND, end, LOOPBACK, PORT, 0));
        assertEquals(0, program.ask(Protocol.BIND, end, nearAddress, PORT, 0));
        program.close(end);
    }

    @Test
    void aListeningSocketHandsItsConnectionsOut() {
        final End listener = stream();
        assertEquals(0, program.ask(Protocol.BIND, listener, 0, PORT, 0));
        assertEquals(0, program.ask(Protocol.LISTEN, listener, 0, 0, 4));
        final SocketAddress to = new SocketAddress(network.client().address(), PORT);
        for (int i = 0; i < 3; i++) {
            final int socket = far.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
            assertEquals(-Errno.EINPROGRESS, far.connect(socket, to));
            final End accepted = program.accept(listener);
            final SocketAddress peer = new SocketAddress();
            far.localAddress(socket, peer);
            assertEquals(farAddress, Protocol.address(program.reply(), Protocol.ACCEPTED_ADDRESS));
            assertEquals(peer.port(), Protocol.port(program.reply(), Protocol.ACCEPTED_PORT));
            write(accepted, "welcome");
            farReads(socket, "welcome");
            closeBoth(accepted, socket);
        }
        program.close(listener);
    }

    private void closeBoth(End accepted, int socket) {
        program.close(accepted);
        until(() -> far.receive(socket, in, 0, 1, 0) == 0);
        assertEquals(0, far.close(socket));
    }

    @Test
    void connectionsThatNobodyTakesEndWithTheirListener() {
        final End listener = stream();
        assertEquals(0, program.ask(Protocol.BIND, listener, 0, PORT, 0));
        assertEquals(0, program.ask(Protocol.LISTEN, listener, 0, 0, 4));
        final int socket = far.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
        assertEquals(
                -Errno.EINPROGRESS,
                far.connect(socket, new SocketAddress(network.client().address(), PORT)));
        program.await(listener, Epoll.EPOLLIN);
        program.close(listener);
        until(() -> far.receive(socket, in, 0, 1, 0) != -Errno.EAGAIN);
        assertEquals(0, server.open());
        far.close(socket);
    }

    // ---- options ----

    private int setOption(End end, int level, int name, int value) {
        final MemorySegment request = option(Protocol.SET_OPTION, end, level, name);
        Protocol.u16(request, Protocol.REQUEST_LENGTH, Integer.BYTES);
        Protocol.i32(request, Protocol.REQUEST_SIZE, value);
        return program.ask();
    }

    private MemorySegment option(int call, End end, int level, int name) {
        final MemorySegment request = program.request(call, end.id());
        Protocol.i32(request, Protocol.REQUEST_TYPE, level);
        Protocol.i32(request, Protocol.REQUEST_PROTOCOL, name);
        return request;
    }

    private int getOption(End end, int level, int name) {
        option(Protocol.GET_OPTION, end, level, name);
        final int error = program.ask();
        return error != 0 ? -error : Protocol.i32(program.value(), 0);
    }

    @Test
    void anOptionIsWhatItWasSetTo() {
        final End end = stream();
        assertEquals(0, getOption(end, SocketOptions.SOL_SOCKET, SocketOptions.SO_KEEPALIVE));
        assertEquals(0, setOption(end, SocketOptions.SOL_SOCKET, SocketOptions.SO_KEEPALIVE, 1));
        assertEquals(1, getOption(end, SocketOptions.SOL_SOCKET, SocketOptions.SO_KEEPALIVE));
        assertEquals(-Errno.ENOPROTOOPT, getOption(end, SocketOptions.SOL_SOCKET, 9_999));
        assertEquals(-Errno.EOPNOTSUPP, getOption(end, SocketOptions.IPPROTO_UDP, 1));
        assertEquals(Errno.ENOPROTOOPT, setOption(end, SocketOptions.SOL_SOCKET, 9_999, 1));
        program.close(end);
    }

    @Test
    void aNameOfTheCongestionControlIsText() {
        final int congestion = 13;
        final End end = stream();
        final MemorySegment request = option(Protocol.SET_OPTION, end, SocketOptions.IPPROTO_TCP, congestion);
        request.setString(Protocol.REQUEST_SIZE, "cubic");
        Protocol.u16(request, Protocol.REQUEST_LENGTH, 5);
        assertEquals(0, program.ask());
        option(Protocol.GET_OPTION, end, SocketOptions.IPPROTO_TCP, congestion);
        assertEquals(0, program.ask());
        assertEquals("cubic", program.value().getString(0));
        program.close(end);
    }

    // ---- datagrams ----

    private int farDatagrams() {
        final int socket = far.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
        assertEquals(0, far.bind(socket, new SocketAddress(IpAddress.ANY, PORT)));
        return socket;
    }

    /// The header of a datagram to `address`.
    private MemorySegment head(int address, int port) {
        final MemorySegment head = in.asSlice(0, Protocol.DATAGRAM_SIZE).fill((byte) 0);
        Protocol.address(head, Protocol.DATAGRAM_ADDRESS, address);
        Protocol.port(head, Protocol.DATAGRAM_PORT, port);
        return head;
    }

    /// Waits for a message of `octets` octets behind its header, which is returned.
    private MemorySegment message(End end, int octets) {
        final int[] got = {-1};
        until(() -> {
            got[0] = program.read(end, in, 0, 4_096);
            return got[0] >= 0;
        });
        assertEquals(Protocol.DATAGRAM_SIZE + octets, got[0]);
        return in.asSlice(0, got[0]);
    }

    @Test
    void aDatagramGoesThereAndAnotherComesBack() {
        final int socket = farDatagrams();
        final End end = program.socket(Sockets.SOCK_DGRAM, 0);
        put("there");
        assertEquals(5, program.write(end, head(farAddress, PORT), out, 5));
        final SocketAddress from = new SocketAddress();
        until(() -> far.receiveFrom(socket, in, 0, 100, 0, from) == 5);
        assertEquals("there", text(5));
        put("and back");
        assertEquals(8, far.sendTo(socket, out, 0, 8, from));
        final MemorySegment message = message(end, 8);
        assertEquals(farAddress, Protocol.address(message, Protocol.DATAGRAM_ADDRESS));
        assertEquals(PORT, Protocol.port(message, Protocol.DATAGRAM_PORT));
        assertEquals(Protocol.DATA, Protocol.u8(message, Protocol.DATAGRAM_KIND));
        assertEquals(64, Protocol.u8(message, Protocol.DATAGRAM_TIME_TO_LIVE));
        assertEquals(nearAddress, Protocol.address(message, Protocol.DATAGRAM_DESTINATION));
        assertEquals(network.client().netif().index(), Protocol.u16(message, Protocol.DATAGRAM_INTERFACE));
        assertEquals(
                "and back",
                new String(
                        message.asSlice(Protocol.DATAGRAM_SIZE).toArray(ValueLayout.JAVA_BYTE),
                        StandardCharsets.US_ASCII));
        program.close(end);
        far.close(socket);
    }

    @Test
    void aProgramMayChooseTimeToLiveAndTypeOfServiceForOneDatagram() {
        final int socket = farDatagrams();
        final End end = program.socket(Sockets.SOCK_DGRAM, 0);
        for (final boolean chooses : new boolean[] {true, false}) {
            final MemorySegment head = chooses ? chosenHead(PORT) : head(farAddress, PORT);
            assertEquals(1, program.write(end, head, out, 1));
            until(() -> requireNonNull(far.endpoint(socket)).peek() != null);
            final Pbuf heard =
                    requireNonNull(requireNonNull(far.endpoint(socket)).peek());
            assertEquals(chooses ? 5 : 64, UdpEndpoint.timeToLiveOf(heard));
            assertEquals(chooses ? 0xB8 : 0, UdpEndpoint.typeOfServiceOf(heard));
            assertEquals(1, far.receive(socket, in, 0, 1, 0));
        }
        program.close(end);
        far.close(socket);
    }

    @Test
    void aProgramMayChooseThemForOneEchoToo() {
        final RawEndpoint watcher =
                requireNonNull(network.server().stack().raw().open(IpProtocol.ICMP));
        final End end = program.socket(Sockets.SOCK_DGRAM, IpProtocol.ICMP);
        new IcmpHeader().at(out, 0).type(IcmpHeader.ECHO).code(0);
        for (final boolean chooses : new boolean[] {true, false}) {
            final MemorySegment head = chooses ? chosenHead(0) : head(farAddress, 0);
            assertEquals(8, program.write(end, head, out, 8));
            until(() -> watcher.peek() != null);
            final Pbuf heard = requireNonNull(watcher.peek());
            assertEquals(chooses ? 5 : 64, RawEndpoint.timeToLiveOf(heard));
            assertEquals(chooses ? 0xB8 : 0, RawEndpoint.typeOfServiceOf(heard));
            watcher.drop();
            message(end, 8);
        }
        watcher.close();
        program.close(end);
    }

    private MemorySegment chosenHead(int port) {
        final MemorySegment head = head(farAddress, port);
        Protocol.u8(head, Protocol.DATAGRAM_TIME_TO_LIVE, 5);
        Protocol.u8(head, Protocol.DATAGRAM_TRAFFIC, 0xB8);
        Protocol.u8(head, Protocol.DATAGRAM_FLAGS, Protocol.TRAFFIC);
        return head;
    }

    @Test
    void anEmptyDatagramIsOneToo() {
        final int socket = farDatagrams();
        final End end = program.socket(Sockets.SOCK_DGRAM, 0);
        assertEquals(0, program.write(end, head(farAddress, PORT), out, 0));
        final SocketAddress from = new SocketAddress();
        until(() -> far.receiveFrom(socket, in, 0, 100, 0, from) == 0);
        assertEquals(0, far.sendTo(socket, out, 0, 0, from));
        message(end, 0);
        program.close(end);
        far.close(socket);
    }

    @Test
    void whatTheNetworkAnswersIsToldToTheProgram() {
        final End end = program.socket(Sockets.SOCK_DGRAM, 0);
        assertEquals(0, program.ask(Protocol.CONNECT, end, farAddress, OTHER_PORT, 0));
        assertEquals(1, program.write(end, head(0, 0), out, 1));
        final MemorySegment message = message(end, 0);
        assertEquals(Protocol.FAILED, Protocol.u8(message, Protocol.DATAGRAM_KIND));
        assertEquals(Errno.ECONNREFUSED, Protocol.i32(message, Protocol.DATAGRAM_ERROR));
        program.close(end);
    }

    @Test
    void aDatagramWithoutADestinationFails() {
        final End end = program.socket(Sockets.SOCK_DGRAM, 0);
        assertEquals(1, program.write(end, head(0, 0), out, 1));
        final MemorySegment message = message(end, 0);
        assertEquals(Errno.EDESTADDRREQ, Protocol.i32(message, Protocol.DATAGRAM_ERROR));
        program.close(end);
    }

    @Test
    void aMessageWithoutAHeaderIsNonsense() {
        final End end = program.socket(Sockets.SOCK_DGRAM, 0);
        assertEquals(3, program.write(end, out, 0, 3));
        until(() -> server.open() == 0);
        assertEquals(1, server.expulsions());
        program.close(end);
    }

    @Test
    void nonsenseBehindADatagramEndsTheSocketOnce() {
        final End end = program.socket(Sockets.SOCK_DGRAM, 0);
        assertEquals(3, program.write(end, out, 0, 3));
        program.close(end);
        until(() -> server.open() == 0);
        final End one = stream();
        final End other = stream();
        assertEquals(2, server.open());
        assertNotEquals(one.id(), other.id());
        program.close(one);
        program.close(other);
    }

    @Test
    void aProgramIsAnsweredToItsEcho() {
        final End end = program.socket(Sockets.SOCK_DGRAM, IpProtocol.ICMP);
        new IcmpHeader().at(out, 0).type(IcmpHeader.ECHO).code(0).sequenceNumber(3);
        assertEquals(64, program.write(end, head(farAddress, 0), out, 64));
        final MemorySegment message = message(end, 64);
        final IcmpHeader reply = new IcmpHeader().at(message, Protocol.DATAGRAM_SIZE);
        assertEquals(IcmpHeader.ECHO_REPLY, reply.type());
        assertEquals(3, reply.sequenceNumber());
        assertEquals(farAddress, Protocol.address(message, Protocol.DATAGRAM_ADDRESS));
        assertEquals(64, Protocol.u8(message, Protocol.DATAGRAM_TIME_TO_LIVE));
        assertEquals(0, program.ask(Protocol.LOCAL_NAME, end));
        assertEquals(reply.identifier(), Protocol.port(program.reply(), Protocol.REPLY_PORT));
        assertNotEquals(0, reply.identifier());
        program.close(end);
    }

    @Test
    void aRawSocketSeesIpHeaders() {
        final End end = program.socket(SOCK_RAW, IpProtocol.ICMP);
        final End echo = program.socket(Sockets.SOCK_DGRAM, IpProtocol.ICMP);
        new IcmpHeader().at(out, 0).type(IcmpHeader.ECHO).code(0);
        assertEquals(8, program.write(echo, head(farAddress, 0), out, 8));
        final MemorySegment message = message(end, Ipv4Header.LENGTH + 8);
        final Ipv4Header header = new Ipv4Header().at(message, Protocol.DATAGRAM_SIZE);
        assertEquals(farAddress, header.source());
        assertEquals(nearAddress, header.destination());
        program.close(end);
        program.close(echo);
    }
}
