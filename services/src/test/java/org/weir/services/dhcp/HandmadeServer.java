package org.weir.services.dhcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.weir.ip.Netif;
import org.weir.stack.Stack;
import org.weir.testkit.FramePeer;
import org.weir.wire.EtherType;
import org.weir.wire.EthernetHeader;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;
import org.weir.wire.Ipv4Header;
import org.weir.wire.MacAddress;
import org.weir.wire.UdpHeader;

/// A stack without an address, a client, and a test that is the server 192.0.2.1 and writes what it says octet by
/// octet.
final class HandmadeServer implements AutoCloseable {
    static final long SECOND = 1_000_000_000L;
    static final int SERVER = FramePeer.PEER_ADDRESS;
    static final int OFFERED = IpAddress.parse("192.0.2.50").ipv4();
    static final int MASK_24 = 0xFFFF_FF00;

    private static final int PAYLOAD = EthernetHeader.LENGTH + Ipv4Header.LENGTH + UdpHeader.LENGTH;

    final FramePeer wire = new FramePeer();
    final Stack stack = wire.stack();
    final Netif netif;
    final List<DhcpEvent> events = new ArrayList<>();

    @Nullable
    DhcpClient client;

    HandmadeServer() {
        final Netif eth0 = stack.ipv4().interfaceNamed("eth0");
        assertNotNull(eth0);
        netif = eth0;
        stack.removeAddress(netif, IpPrefix.parse("192.0.2.2/24"));
    }

    HandmadeServer clientStarts() {
        return clientStarts(DhcpConfig.defaults());
    }

    HandmadeServer clientStarts(DhcpConfig config) {
        client = DhcpClient.start(stack, netif, config, (_, event) -> events.add(event));
        return this;
    }

    DhcpClient client() {
        assertNotNull(client);
        return client;
    }

    // ---- what the client says ----

    /// A message of the client.
    record Said(Ipv4Header ip, DhcpMessage message, DhcpOptions options) {
        int source() {
            return ip.source();
        }

        int destination() {
            return ip.destination();
        }

        DhcpType type() {
            final DhcpType type = DhcpType.of(options.find(DhcpOptions.MESSAGE_TYPE) == 1 ? options.u8(0) : 0);
            assertNotNull(type);
            return type;
        }

        int address(int option) {
            return options.address(option);
        }

        byte[] value(int option) {
            final byte[] value = new byte[Math.max(options.find(option), 0)];
            for (int i = 0; i < value.length; i++) {
                value[i] = (byte) options.u8(i);
            }
            return value;
        }
    }

    /// The next DHCP message that has been sent; null if there is none.
    @Nullable
    Said next() {
        for (byte[] frame = wire.frames().poll();
                frame != null;
                frame = wire.frames().poll()) {
            final MemorySegment memory = MemorySegment.ofArray(frame);
            final boolean isIp = new EthernetHeader().at(memory, 0).type() == EtherType.IPV4;
            if (isIp
                    && new UdpHeader()
                                    .at(memory, EthernetHeader.LENGTH + Ipv4Header.LENGTH)
                                    .sourcePort()
                            == 68) {
                final byte[] payload = Arrays.copyOfRange(frame, PAYLOAD, frame.length);
                final DhcpOptions options = new DhcpOptions();
                assertEquals(true, options.at(MemorySegment.ofArray(payload), payload.length));
                return new Said(
                        new Ipv4Header().at(memory, EthernetHeader.LENGTH),
                        new DhcpMessage().at(MemorySegment.ofArray(payload), 0),
                        options);
            }
        }
        return null;
    }

    /// The next message, which is of this type; time passes until it comes.
    Said hears(DhcpType type) {
        for (int i = 0; i < 1_000; i++) {
            final Said said = next();
            if (said != null) {
                assertEquals(type, said.type());
                return said;
            }
            wire.after(SECOND / 10);
        }
        throw new AssertionError("no " + type + " within 100 s");
    }

    void hearsNothingFor(long ns) {
        wire.after(ns);
        assertNull(next());
    }

    // ---- what the server says ----

    /// An answer to a message of the client, with the options that any lease has.
    final class Answer {
        final byte[] fixed = new byte[DhcpMessage.OPTIONS];
        private final ByteArrayOutputStream options = new ByteArrayOutputStream();
        private int sourcePort = 67;
        private boolean ends = true;

        Answer(Said question, DhcpType type, int yourAddress) {
            MemorySegment.copy(question.message.segment(), 0, MemorySegment.ofArray(fixed), 0, fixed.length);
            fixed[0] = DhcpMessage.REPLY;
            fixed(12, 0).fixed(16, yourAddress);
            option(DhcpOptions.MESSAGE_TYPE, (byte) type.code());
        }

        Answer fixed(int at, int value) {
            ByteBuffer.wrap(fixed).putInt(at, value);
            return this;
        }

        Answer octets(int at, byte... octets) {
            System.arraycopy(octets, 0, fixed, at, octets.length);
            return this;
        }

        Answer option(int code, byte... value) {
            options.write(code);
            options.write(value.length);
            options.writeBytes(value);
            return this;
        }

        /// As above, with octets from 0 to 255.
        Answer list(int code, int... octets) {
            final byte[] value = new byte[octets.length];
            for (int i = 0; i < value.length; i++) {
                value[i] = (byte) octets[i];
            }
            return option(code, value);
        }

        Answer number(int code, int value) {
            return option(code, ByteBuffer.allocate(4).putInt(value).array());
        }

        Answer raw(byte... octets) {
            options.writeBytes(octets);
            ends = false;
            return this;
        }

        Answer fromPort(int port) {
            sourcePort = port;
            return this;
        }

        byte[] payload() {
            final byte[] more = options.toByteArray();
            final byte[] payload = Arrays.copyOf(fixed, fixed.length + more.length + (ends ? 1 : 0));
            System.arraycopy(more, 0, payload, fixed.length, more.length);
            if (ends) {
                payload[payload.length - 1] = (byte) 255;
            }
            return payload;
        }

        void isSent() {
            sends(payload(), sourcePort);
        }
    }

    Answer answer(Said question, DhcpType type) {
        return new Answer(question, type, type == DhcpType.NAK ? 0 : OFFERED).number(DhcpOptions.SERVER_ID, SERVER);
    }

    /// An offer or acknowledgment of 192.0.2.50/24 for so many seconds.
    Answer lease(Said question, DhcpType type, int seconds) {
        return answer(question, type).number(DhcpOptions.SUBNET_MASK, MASK_24).number(DhcpOptions.LEASE_TIME, seconds);
    }

    void sends(byte[] payload, int sourcePort) {
        final byte[] frame = new byte[PAYLOAD + payload.length];
        final MemorySegment memory = MemorySegment.ofArray(frame);
        new EthernetHeader()
                .at(memory, 0)
                .destination(MacAddress.BROADCAST)
                .source(FramePeer.PEER_MAC)
                .type(EtherType.IPV4);
        new Ipv4Header()
                .at(memory, EthernetHeader.LENGTH)
                .begin(Ipv4Header.LENGTH)
                .totalLength(frame.length - EthernetHeader.LENGTH)
                .identification(1)
                .timeToLive(64)
                .protocol(17)
                .source(SERVER)
                .destination(-1)
                .sealChecksum();
        new UdpHeader()
                .at(memory, EthernetHeader.LENGTH + Ipv4Header.LENGTH)
                .sourcePort(sourcePort)
                .destinationPort(68)
                .length(UdpHeader.LENGTH + payload.length)
                .checksum(0);
        System.arraycopy(payload, 0, frame, PAYLOAD, payload.length);
        wire.sendFrame(frame);
    }

    // ---- ways to a state ----

    Said isRequesting(int seconds) {
        clientStarts();
        lease(hears(DhcpType.DISCOVER), DhcpType.OFFER, seconds).isSent();
        return hears(DhcpType.REQUEST);
    }

    /// A client that has 192.0.2.50/24 for so many seconds from now on, but for the ten that it took.
    void isBound(int seconds) {
        lease(isRequesting(seconds), DhcpType.ACK, seconds).isSent();
        passesTheCheck();
    }

    void passesTheCheck() {
        assertEquals(DhcpState.CHECKING, client().state());
        wire.after(8 * SECOND);
        assertEquals(DhcpState.BOUND, client().state());
    }

    /// Lets time pass until the client is in a state, for at most so many seconds. Returns how many ns it took.
    long until(DhcpState state, long seconds) {
        final long startNs = wire.nowNs();
        while (client().state() != state) {
            assertEquals(true, wire.nowNs() - startNs < seconds * SECOND, "still " + client().state());
            wire.after(SECOND / 10);
        }
        return wire.nowNs() - startNs;
    }

    @Override
    public void close() {
        if (client != null) {
            client.close();
        }
        wire.after(10 * SECOND);
        stack.pool().assertNoLeaks();
        assertEquals(0, stack.udp().inUse());
        wire.close();
    }
}
