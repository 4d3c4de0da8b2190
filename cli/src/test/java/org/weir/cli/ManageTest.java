package org.weir.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weir.cli.OwnNetwork.shell;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The management socket of a running host, and clients that mean it no good.
@NeedsLab(tools = {"ip", "ping"})
@Timeout(120)
final class ManageTest {
    private static final int CROWD = 200;

    private static SocketChannel connect(RunningHost host) throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(host.socket() + ".manage"));
    }

    private static void send(SocketChannel client, String text) throws IOException {
        final ByteBuffer octets = ByteBuffer.wrap(text.getBytes(UTF_8));
        while (octets.hasRemaining()) {
            client.write(octets);
        }
    }

    private static String answer(SocketChannel client) throws IOException {
        return new String(Channels.newInputStream(client).readAllBytes(), UTF_8);
    }

    private static void assertServes(RunningHost host) throws Exception {
        assertTrue(shell("ping -c 2 -i 0.2 " + RunningHost.WEIR).contains(" 2 received"));
        assertTrue(host.ask("addr").contains("inet 10.10.10.2/24"));
    }

    @Test
    void theSocketIsItsUsersAlone() throws Exception {
        OwnNetwork.run(() -> {
            try (RunningHost host = RunningHost.up()) {
                assertEquals(
                        "rw-------",
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(host.socket().resolveSibling("control.manage"))));
            }
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        nonsense                       | a request is one line with a JSON object
        []                             | a request is one line with a JSON object
        {}                             | 'command' is missing
        {"command":["ss"]}             | 'command' is not one value
        {"command":"fly"}              | this host knows no 'fly'
        {"command":"ss","kinds":"tcp"} | 'kinds' is not a list
        {"command":"addr","name":"x"}  | no interface 'x'
        """)
    void whatIsNoRequestIsRefusedInOneLine(String request, String refusal) throws Exception {
        OwnNetwork.run(() -> {
            try (RunningHost host = RunningHost.up();
                    SocketChannel client = connect(host)) {
                send(client, request + "\n");
                assertEquals("{\"error\":\"" + refusal + "\"}\n", answer(client));
            }
        });
    }

    @Test
    void garbageAndEndlessLinesAreNoHarm() throws Exception {
        OwnNetwork.run(() -> {
            try (RunningHost host = RunningHost.up()) {
                final byte[] garbage = new byte[1 << 20];
                final long seed = System.nanoTime();
                new Random(seed).nextBytes(garbage);
                for (final byte[] each : List.of(garbage, "[".repeat(60_000).getBytes(UTF_8), new byte[1 << 20])) {
                    try (SocketChannel client = connect(host)) {
                        client.write(ByteBuffer.wrap(each));
                        send(client, "\n");
                        answer(client);
                    } catch (IOException _) {
                        // The host has hung up, as it may.
                    }
                }
                assertServes(host);
            }
        });
    }

    @Test
    void clientsThatSayOrReadNothingHoldUpNobody() throws Exception {
        OwnNetwork.run(() -> {
            try (RunningHost host = RunningHost.up()) {
                final List<SocketChannel> crowd = new ArrayList<>();
                try {
                    for (int i = 0; i < 50; i++) {
                        crowd.add(connect(host));
                        if (i % 2 == 0) {
                            send(crowd.getLast(), "{\"command\":\"stats\"}\n");
                        }
                    }
                    assertServes(host);
                } finally {
                    for (final SocketChannel each : crowd) {
                        each.close();
                    }
                }
                assertServes(host);
            }
        });
    }

    @Test
    void moreClientsThanThereIsRoomForAreTold() throws Exception {
        OwnNetwork.run(() -> {
            try (RunningHost host = RunningHost.up()) {
                final List<SocketChannel> crowd = new ArrayList<>();
                try {
                    for (int i = 0; i < CROWD; i++) {
                        crowd.add(connect(host));
                    }
                    assertEquals("{\"error\":\"there are 64 other clients\"}\n", answer(crowd.getLast()));
                    assertTrue(shell("ping -c 2 -i 0.2 " + RunningHost.WEIR).contains(" 2 received"));
                } finally {
                    for (final SocketChannel each : crowd) {
                        each.close();
                    }
                }
            }
        });
    }
}
