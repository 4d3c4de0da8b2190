package org.weir.jdk;

import java.io.EOFException;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.IDN;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.weir.wire.IpAddress;

/// A stub resolver, RFC 1034 section 5.3.1: a hosts file first, then the name servers in turn, over UDP and for what
/// does not fit there over TCP (RFC 7766). It knows IPv4 addresses and their names; it caches nothing, `InetAddress`
/// does.
///
/// Each question has a random number and a channel of its own, thus a random port, which is connected to the server:
/// what others send is not seen (RFC 5452).
final class WeirResolver implements InetAddressResolver {
    static final int PORT = 53;

    /// How long a server has for an answer, the first time and the second.
    private static final List<Integer> PATIENCE_MS = List.of(1_000, 3_000);

    /// More than any answer without EDNS has.
    private static final int LONGEST_DATAGRAM = 4_096;
    /// Servers that follow an alias do so in one answer; of others it is asked for again.
    private static final int MOST_QUESTIONS = 8;

    private static final int IPV4_OCTETS = 4;
    private static final IpAddress LOOPBACK = IpAddress.parse("127.0.0.1");

    private final Supplier<SelectorProvider> provider;
    private final List<InetSocketAddress> servers;
    private final HostsFile hosts;
    private final SecureRandom random = new SecureRandom();

    /// @param provider whose channels are used, asked for with each question
    WeirResolver(Supplier<SelectorProvider> provider, List<InetSocketAddress> servers, HostsFile hosts) {
        this.provider = provider;
        this.servers = servers;
        this.hosts = hosts;
    }

    // ---- names ----

    @Override
    public Stream<InetAddress> lookupByName(String host, LookupPolicy policy) throws UnknownHostException {
        if ((policy.characteristics() & LookupPolicy.IPV4) == 0) {
            throw new UnknownHostException(host + ": addresses of IPv6 are not looked up");
        }
        final List<IpAddress> known = hosts.addresses(host);
        if (!known.isEmpty()) {
            return named(host, known);
        }
        if (isLocalhost(host)) {
            return named(host, List.of(LOOPBACK));
        }
        return named(host, ask(ascii(host)));
    }

    /// They keep the name that was asked for: who looks for it later must not have to ask again.
    private static Stream<InetAddress> named(String host, List<IpAddress> addresses) {
        return addresses.stream().map(address -> Addresses.inet(host, address.low()));
    }

    /// RFC 6761 section 6.3: never a question to a server.
    private static boolean isLocalhost(String host) {
        final String name = host.toLowerCase(Locale.ROOT);
        return name.equals("localhost") || name.endsWith(".localhost");
    }

    private static String ascii(String host) throws UnknownHostException {
        try {
            return IDN.toASCII(host);
        } catch (IllegalArgumentException e) {
            throw unknown(host + ": not a name", e);
        }
    }

    private List<IpAddress> ask(String host) throws UnknownHostException {
        String name = host;
        for (int i = 0; i < MOST_QUESTIONS; i++) {
            final DnsMessage.Answer answer = ask(name, DnsMessage.A);
            if (!answer.addresses().isEmpty()) {
                return answer.addresses();
            }
            if (answer.name().equalsIgnoreCase(name)) {
                throw new UnknownHostException(host + ": has no IPv4 address");
            }
            name = answer.name();
        }
        throw new UnknownHostException(host + ": an alias of an alias of an alias");
    }

    @Override
    public String lookupByAddress(byte[] address) throws UnknownHostException {
        if (address.length != IPV4_OCTETS) {
            throw new UnknownHostException("names of addresses of IPv6 are not looked up");
        }
        final IpAddress known = IpAddress.ofIpv4(ByteBuffer.wrap(address).getInt());
        final List<String> names = hosts.names(known);
        if (!names.isEmpty()) {
            return names.getFirst();
        }
        final StringBuilder reversed = new StringBuilder();
        for (int i = IPV4_OCTETS - 1; i >= 0; i--) {
            reversed.append(address[i] & 0xFF).append('.');
        }
        final String found = ask(reversed + "in-addr.arpa", DnsMessage.PTR).pointer();
        if (found == null || !found.matches("[A-Za-z0-9._-]+")) {
            throw new UnknownHostException(known + ": has no name that a host may have");
        }
        return found;
    }

    // ---- servers ----

    /// The first answer that tells something, be it that there is no such name.
    private DnsMessage.Answer ask(String name, int type) throws UnknownHostException {
        IOException last = null;
        for (final int patienceMs : PATIENCE_MS) {
            for (final InetSocketAddress server : servers) {
                final byte[] question = DnsMessage.question(random.nextInt(1 << Short.SIZE), name, type);
                try {
                    final DnsMessage.Answer answer = exchangeDespiteInterrupts(server, question, patienceMs);
                    if (answer.code() == DnsMessage.NO_ERROR) {
                        return answer;
                    }
                    if (answer.code() == DnsMessage.NAME_ERROR) {
                        throw new UnknownHostException(name + ": no such name");
                    }
                    last = new ProtocolException(server + " answers with code " + answer.code());
                } catch (UnknownHostException e) {
                    throw e;
                } catch (IOException e) {
                    last = e;
                }
            }
        }
        throw unknown(name + ": no name server of " + servers + " answers", last);
    }

    /// An interrupt closes channels, but does not end a look-up: it would make the name unknown to all who ask
    /// next.
    private DnsMessage.Answer exchangeDespiteInterrupts(InetSocketAddress server, byte[] question, int patienceMs)
            throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return exchange(server, question, patienceMs);
                } catch (IOException e) {
                    if (!Thread.interrupted()) {
                        throw e;
                    }
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private DnsMessage.Answer exchange(InetSocketAddress server, byte[] question, int patienceMs) throws IOException {
        try (DatagramChannel channel = provider.get().openDatagramChannel(StandardProtocolFamily.INET)) {
            channel.connect(server);
            channel.write(ByteBuffer.wrap(question));
            final DnsMessage.Answer answer = receive(channel.socket(), question, patienceMs);
            return answer.truncated() ? exchangeOverTcp(server, question, patienceMs) : answer;
        }
    }

    /// The first message that answers `question`: others may be forged, and cost the true one nothing but time.
    private static DnsMessage.Answer receive(DatagramSocket socket, byte[] question, int patienceMs)
            throws IOException {
        final DatagramPacket packet = new DatagramPacket(new byte[LONGEST_DATAGRAM], LONGEST_DATAGRAM);
        final long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patienceMs);
        DnsMessage.Answer answer = null;
        while (answer == null) {
            socket.setSoTimeout(leftMs(deadlineNs));
            packet.setLength(LONGEST_DATAGRAM);
            socket.receive(packet);
            answer = DnsMessage.answer(question, ByteBuffer.wrap(packet.getData(), 0, packet.getLength()));
        }
        return answer;
    }

    private static int leftMs(long deadlineNs) throws SocketTimeoutException {
        final long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
        if (leftMs <= 0) {
            throw new SocketTimeoutException("no answer in time");
        }
        return (int) leftMs;
    }

    private DnsMessage.Answer exchangeOverTcp(InetSocketAddress server, byte[] question, int patienceMs)
            throws IOException {
        final long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patienceMs);
        try (SocketChannel channel = provider.get().openSocketChannel(StandardProtocolFamily.INET)) {
            final Socket socket = channel.socket();
            socket.connect(server, patienceMs);
            socket.getOutputStream()
                    .write(ByteBuffer.allocate(Short.BYTES + question.length)
                            .putShort((short) question.length)
                            .put(question)
                            .array());
            final int length =
                    Short.toUnsignedInt(read(socket, Short.BYTES, deadlineNs).getShort(0));
            final DnsMessage.Answer answer = DnsMessage.answer(question, read(socket, length, deadlineNs));
            if (answer == null) {
                throw new ProtocolException(server + " answers another question");
            }
            return answer;
        }
    }

    /// Reads so many octets until a time by which all of them must be there.
    private static ByteBuffer read(Socket socket, int length, long deadlineNs) throws IOException {
        final byte[] octets = new byte[length];
        int done = 0;
        while (done < length) {
            socket.setSoTimeout(leftMs(deadlineNs));
            final int count = socket.getInputStream().read(octets, done, length - done);
            if (count < 0) {
                throw new EOFException("a DNS message ends early");
            }
            done += count;
        }
        return ByteBuffer.wrap(octets);
    }

    private static UnknownHostException unknown(String message, @Nullable Exception cause) {
        final UnknownHostException unknown = new UnknownHostException(message);
        unknown.initCause(cause);
        return unknown;
    }
}
