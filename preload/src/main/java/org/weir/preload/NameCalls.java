package org.weir.preload;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.weir.dns.AddressFamily;
import org.weir.dns.Answer;
import org.weir.dns.AnswerStatus;
import org.weir.dns.DnsName;
import org.weir.dns.HostAnswer;
import org.weir.dns.RecordData;
import org.weir.dns.Resolver;
import org.weir.wire.IpAddress;

/// Looks up names for programs. The answer comes later: until then the program's connection takes no other request.
final class NameCalls {
    /// The reply is sent when the resolver has one.
    static final int LATER = -2;

    /// netdb.h.
    private static final int EAI_NONAME = -2;

    private static final int EAI_AGAIN = -3;
    private static final int EAI_NODATA = -5;

    private static final int ADDRESS_OCTETS = 4;

    private final PreloadServer server;
    private final MemorySegment reply;

    /// @param reply where answers are composed
    NameCalls(PreloadServer server, MemorySegment reply) {
        this.server = server;
        this.reply = reply;
    }

    /// The addresses of the host that the value of `request` names. [Protocol#ELSEWHERE] if this host knows no name
    /// server.
    int resolve(ControlClient client, MemorySegment request) {
        final Resolver resolver = server.resolver();
        if (resolver == null || resolver.servers().isEmpty()) {
            return Protocol.ELSEWHERE;
        }
        final int length = Protocol.u16(request, Protocol.REQUEST_LENGTH);
        final byte[] name = request.asSlice(Protocol.REQUEST_SIZE, length).toArray(ValueLayout.JAVA_BYTE);
        final int wait = client.beginsToWait();
        resolver.lookup(
                new String(name, StandardCharsets.UTF_8), AddressFamily.IPV4, answer -> found(client, wait, answer));
        return LATER;
    }

    /// The name of the address of `request`; as above.
    int reverse(ControlClient client, MemorySegment request) {
        final Resolver resolver = server.resolver();
        if (resolver == null || resolver.servers().isEmpty()) {
            return Protocol.ELSEWHERE;
        }
        final IpAddress address = IpAddress.ofIpv4(Protocol.address(request, Protocol.REQUEST_ADDRESS));
        final int wait = client.beginsToWait();
        resolver.reverse(address, answer -> found(client, wait, answer));
        return LATER;
    }

    private void found(ControlClient client, int wait, HostAnswer answer) {
        final List<IpAddress> addresses = answer.addresses();
        final int count = Math.min(addresses.size(), Protocol.VALUE_MAX / ADDRESS_OCTETS);
        if (!client.stillWaits(wait)) {
            return;
        }
        begin(answer.status());
        for (int i = 0; i < count; i++) {
            Protocol.address(
                    reply,
                    Protocol.REPLY_SIZE + i * ADDRESS_OCTETS,
                    addresses.get(i).ipv4());
        }
        end(client, count * ADDRESS_OCTETS);
    }

    private void found(ControlClient client, int wait, Answer answer) {
        if (!client.stillWaits(wait)) {
            return;
        }
        final DnsName name = answer.data()
                .<DnsName>mapMulti((data, names) -> {
                    if (data instanceof RecordData.Target(DnsName target) && target.isHostName()) {
                        names.accept(target);
                    }
                })
                .findFirst()
                .orElse(null);
        begin(answer.status() == AnswerStatus.FOUND && name == null ? AnswerStatus.NO_NAME : answer.status());
        final byte[] octets = name == null ? new byte[0] : name.toHost().getBytes(StandardCharsets.US_ASCII);
        MemorySegment.copy(octets, 0, reply, ValueLayout.JAVA_BYTE, Protocol.REPLY_SIZE, octets.length);
        end(client, octets.length);
    }

    private void begin(AnswerStatus status) {
        reply.asSlice(0, Protocol.REPLY_SIZE).fill((byte) 0);
        Protocol.i32(reply, Protocol.REPLY_RESULT, errorOf(status));
    }

    private void end(ControlClient client, int valueLength) {
        Protocol.u16(reply, Protocol.REPLY_LENGTH, valueLength);
        client.answersLate(Protocol.REPLY_SIZE + valueLength);
    }

    private static int errorOf(AnswerStatus status) {
        return switch (status) {
            case FOUND -> 0;
            case NO_NAME -> EAI_NONAME;
            case NO_DATA -> EAI_NODATA;
            case SERVER_FAILURE, NO_ANSWER, NO_SERVER, ALIAS_LOOP, OVERLOADED, CLOSED -> EAI_AGAIN;
        };
    }
}
