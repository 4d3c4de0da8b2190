package org.weir.services.tftp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.weir.link.FaultPlan;
import org.weir.memory.Pbuf;
import org.weir.testkit.SimulatedHost;
import org.weir.testkit.SimulatedNetwork;
import org.weir.udp.UdpEndpoint;

/// The client and the server, with each other over good and bad networks, and with packets made by hand.
class TftpTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int PORT = TftpClient.PORT;

    private SimulatedNetwork network = new SimulatedNetwork(SimulatedNetwork.Plan.perfect());
    private final Map<String, byte[]> files = new HashMap<>();
    private final List<String> ends = new ArrayList<>();
    private final Ends told = new Ends();

    @AfterEach
    void nothingLeaks() {
        network.run(100 * SECOND);
        network.assertNoLeaks();
        assertEquals(0, network.client().stack().udp().inUse(), "endpoints of clients");
        network.close();
    }

    private void overLossyNetwork(int perThousand, long seed) {
        network.close();
        network = new SimulatedNetwork(SimulatedNetwork.Plan.perfect()
                .withFaults(FaultPlan.none().withLoss(perThousand / 1_000.0))
                .withSeed(seed));
    }

    private TftpServer server(TftpLimits limits) {
        return TftpServer.start(
                network.server().stack(), network.server().address(), PORT, new Memory(), limits, TftpListener.NONE);
    }

    private TftpClient client() {
        return new TftpClient(network.client().stack(), network.server().address(), PORT);
    }

    private static byte[] content(int octets) {
        final byte[] content = new byte[octets];
        new Random(octets).nextBytes(content);
        return content;
    }

    /// Files in memory.
    private final class Memory implements TftpStorage {
        @Override
        public MemorySegment open(String name) throws TftpRefusal {
            final byte[] content = files.get(name);
            if (content == null) {
                throw new TftpRefusal(TftpError.FILE_NOT_FOUND, "no such file");
            }
            return MemorySegment.ofArray(content);
        }

        @Override
        public TftpSink create(String name, long announced) throws TftpRefusal {
            if (files.containsKey(name)) {
                throw new TftpRefusal(TftpError.FILE_EXISTS, "the file exists");
            }
            return new Sink(name);
        }
    }

    private final class Sink implements TftpSink {
        private final String name;
        private final ByteArrayOutputStream octets = new ByteArrayOutputStream();

        private Sink(String name) {
            this.name = name;
        }

        @Override
        public void write(MemorySegment source, long offset, int length) {
            octets.writeBytes(source.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE));
        }

        @Override
        public void complete() throws TftpRefusal {
            if (name.startsWith("unwanted")) {
                throw new TftpRefusal(TftpError.UNDEFINED, "not what was expected");
            }
            files.put(name, octets.toByteArray());
        }

        @Override
        public void abort() {
            ends.add("aborted " + name);
        }
    }

    private final class Ends implements TftpListener {
        @Override
        public void completed(TftpTransfer transfer) {
            ends.add("completed " + transfer.octets());
        }

        @Override
        public void failed(TftpTransfer transfer, TftpError error, String message) {
            ends.add(error + ": " + message);
        }
    }

    private void runs(TftpTransfer transfer) {
        network.runUntil(() -> !transfer.isRunning(), network.nowNs() + 10_000 * SECOND);
    }

    /// A few packets pass.
    private void begins() {
        for (int i = 0; i < 20; i++) {
            network.step();
        }
    }

    private static TftpOptions options(int blockSize, int windowSize) {
        return TftpOptions.NONE.withBlockSize(blockSize).withWindowSize(windowSize);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 512, 1",
        "1, 512, 1",
        "511, 512, 1",
        "512, 512, 1",
        "513, 512, 1",
        "100000, 512, 1",
        "100000, 8, 1",
        "100000, 1428, 16",
        "1000000, 65464, 1",
        "1000000, 65464, 4",
        "65464, 65464, 64",
        "3000000, 1468, 64",
    })
    void filesGoBothWays(int octets, int blockSize, int windowSize) {
        try (TftpServer server = server(TftpLimits.DEFAULTS)) {
            files.put("there", content(octets));
            final TftpOptions wanted = options(blockSize, windowSize);
            runs(client().get("there", wanted, new Sink("here"), told));
            assertArrayEquals(content(octets), files.get("here"));
            final MemorySegment back = MemorySegment.ofArray(content(octets));
            runs(client().put("back", wanted.withTransferSize(0), back, told));
            network.run(SECOND);
            assertArrayEquals(content(octets), files.get("back"));
            assertEquals(List.of("completed " + octets, "completed " + octets), ends);
            assertEquals(0, server.running());
        }
    }

    @ParameterizedTest
    @CsvSource({"512, 1, 1", "1428, 1, 2", "1428, 8, 3", "512, 64, 4", "1428, 64, 5", "8192, 4, 6"})
    void filesGoBothWaysWhereOnePacketInTwentyIsLost(int blockSize, int windowSize, long seed) {
        overLossyNetwork(50, seed);
        try (TftpServer server = server(TftpLimits.DEFAULTS)) {
            files.put("there", content(300_000));
            runs(client().get("there", options(blockSize, windowSize), new Sink("here"), told));
            assertArrayEquals(content(300_000), files.get("here"), ends::toString);
            final MemorySegment back = MemorySegment.ofArray(content(300_000));
            runs(client().put("back", options(blockSize, windowSize), back, told));
            network.run(100 * SECOND);
            assertArrayEquals(content(300_000), files.get("back"), ends::toString);
            assertEquals(0, server.running());
        }
    }

    /// 16 bits count 65,536 blocks; more than that wrap.
    @Test
    void blockNumbersWrap() {
        try (TftpServer _ = server(TftpLimits.DEFAULTS)) {
            files.put("there", content(70_000 * 8));
            runs(client().get("there", options(8, 64), new Sink("here"), told));
            assertArrayEquals(content(70_000 * 8), files.get("here"));
        }
    }

    @Test
    void aServerGrantsWhatItsLimitsPermit() {
        try (TftpServer _ = server(new TftpLimits(1, 1_000, 3))) {
            files.put("there", content(100_000));
            final TftpTransfer transfer = client().get("there", options(1_428, 16), new Sink("here"), told);
            runs(transfer);
            assertEquals(1_000, transfer.options.blockSize());
            assertEquals(3, transfer.options.windowSize());
            assertArrayEquals(content(100_000), files.get("here"));
        }
    }

    @Test
    void whatIsNotThereIsTold() {
        try (TftpServer _ = server(TftpLimits.DEFAULTS)) {
            runs(client().get("nothing", TftpOptions.NONE, new Sink("here"), told));
            assertEquals(List.of("aborted here", "FILE_NOT_FOUND: no such file"), ends);
        }
    }

    @Test
    void aFileThatIsThereIsNotOverwritten() {
        try (TftpServer _ = server(TftpLimits.DEFAULTS)) {
            files.put("there", content(1));
            runs(client().put("there", TftpOptions.NONE, MemorySegment.ofArray(content(9)), told));
            assertEquals(List.of("FILE_EXISTS: the file exists"), ends);
            assertArrayEquals(content(1), files.get("there"));
        }
    }

    @Test
    void aFileThatIsNotWhatWasExpectedIsRefusedBeforeItsLastAcknowledgment() {
        try (TftpServer _ = server(TftpLimits.DEFAULTS)) {
            runs(client().put("unwanted", TftpOptions.NONE, MemorySegment.ofArray(content(900)), told));
            assertEquals(List.of("aborted unwanted", "UNDEFINED: not what was expected"), ends);
        }
    }

    @Test
    void moreTransfersThanPermittedAreToldToTryLater() {
        try (TftpServer _ = server(new TftpLimits(1, 512, 1))) {
            files.put("there", content(100_000));
            final TftpTransfer first = client().get("there", TftpOptions.NONE, new Sink("first"), told);
            begins();
            runs(client().get("there", TftpOptions.NONE, new Sink("second"), told));
            assertEquals(
                    List.of("aborted second", "UNDEFINED: too many transfers, try again later"),
                    ends.stream().filter(end -> !end.startsWith("completed")).toList());
            runs(first);
            assertArrayEquals(content(100_000), files.get("first"));
        }
    }

    @Test
    void nobodyThereIsToldByIcmp() {
        runs(client().get("there", TftpOptions.NONE, new Sink("here"), told));
        assertEquals(List.of("aborted here", "UNREACHABLE: unreachable"), ends);
    }

    @Test
    void aServerThatSaysNothingIsGivenUp() {
        final UdpEndpoint silent = endpoint(network.server());
        silent.bind(0, network.server().address().low(), PORT);
        runs(client().get("there", TftpOptions.NONE, new Sink("here"), told));
        assertEquals(List.of("aborted here", "TIMED_OUT: no answer after 6 repetitions"), ends);
        silent.close();
    }

    @Test
    void aTransferThatIsCancelledEndsAtBothEnds() {
        try (TftpServer server = server(TftpLimits.DEFAULTS)) {
            files.put("there", content(1_000_000));
            final TftpTransfer transfer = client().get("there", TftpOptions.NONE, new Sink("here"), told);
            begins();
            assertEquals(1, server.running());
            transfer.cancel();
            transfer.cancel();
            network.run(SECOND);
            assertEquals(0, server.running());
            assertEquals(List.of("aborted here", "CANCELLED: cancelled"), ends);
        }
    }

    // ---- packets made by hand ----

    private static UdpEndpoint endpoint(SimulatedHost host) {
        final UdpEndpoint endpoint = host.stack().udp().open();
        assertNotNull(endpoint);
        return endpoint;
    }

    /// What a server answers to `packet`, each from its opcode on.
    private List<byte[]> answersTo(UdpEndpoint from, byte[] packet, int port) {
        from.sendTo(
                MemorySegment.ofArray(packet),
                0,
                packet.length,
                network.server().address().low(),
                port);
        network.run(SECOND / 10);
        final List<byte[]> answers = new ArrayList<>();
        for (Pbuf p = from.poll(); p != null; p = from.poll()) {
            final byte[] octets = new byte[p.totalLength() + 2];
            p.copyTo(0, MemorySegment.ofArray(octets), 0, p.totalLength());
            octets[octets.length - 2] = (byte) (UdpEndpoint.senderPort(p) >> 8);
            octets[octets.length - 1] = (byte) UdpEndpoint.senderPort(p);
            answers.add(octets);
            p.release();
        }
        return answers;
    }

    private static int senderOf(byte[] answer) {
        return (answer[answer.length - 2] & 0xFF) << 8 | answer[answer.length - 1] & 0xFF;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(ISO_8859_1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\0",
                "\0\1",
                "\0\1\0",
                "\0\1there\0octet",
                "\0\1\0octet\0",
                "\0\7there\0octet\0",
                "\0\3\0\1x",
                "\1\1there\0octet\0",
                "\0\5\0\1x\0",
                "\0\4\0\0",
            })
    void whatIsNoRequestIsNotAnswered(String packet) {
        try (TftpServer server = server(TftpLimits.DEFAULTS)) {
            files.put("there", content(9));
            final UdpEndpoint hand = endpoint(network.client());
            assertEquals(List.of(), answersTo(hand, bytes(packet), PORT));
            assertEquals(0, server.running());
            hand.close();
        }
    }

    @Test
    void optionsThatMakeNoSenseAreAsIfTheyWereNotThere() {
        try (TftpServer _ = server(TftpLimits.DEFAULTS)) {
            files.put("there", content(9));
            final UdpEndpoint hand = endpoint(network.client());
            final String request =
                    "\0\1there\0OcTeT\0blksize\0007\0windowsize\0000\0timeout\000300\0tsize\0-1\0colour\0red\0";
            final byte[] answer = answersTo(hand, bytes(request), PORT).getFirst();
            assertEquals(TftpMessage.DATA, answer[1], "no options are left to agree on");
            assertEquals(4 + 9 + 2, answer.length);
            answersTo(hand, new byte[] {0, 4, 0, 1}, senderOf(answer));
            hand.close();
        }
    }

    @Test
    void otherModesAreRefused() {
        try (TftpServer _ = server(TftpLimits.DEFAULTS)) {
            files.put("there", content(9));
            final UdpEndpoint hand = endpoint(network.client());
            final byte[] answer =
                    answersTo(hand, bytes("\0\1there\0netascii\0"), PORT).getFirst();
            assertEquals(TftpMessage.ERROR, answer[1]);
            hand.close();
        }
    }

    @Test
    void aPacketFromElsewhereIsToldSoAndChangesNothing() {
        try (TftpServer server = server(TftpLimits.DEFAULTS)) {
            files.put("there", content(2_000));
            final UdpEndpoint hand = endpoint(network.client());
            final UdpEndpoint other = endpoint(network.client());
            final int transfer =
                    senderOf(answersTo(hand, bytes("\0\1there\0octet\0"), PORT).getFirst());
            final byte[] told =
                    answersTo(other, new byte[] {0, 4, 0, 1}, transfer).getFirst();
            assertEquals(TftpMessage.ERROR, told[1]);
            assertEquals(5, told[3], "unknown transfer");
            assertEquals(List.of(), answersTo(other, new byte[] {0, 5, 0, 0, 0}, transfer), "no error about errors");
            assertEquals(1, server.running());
            assertEquals(2, answersTo(hand, new byte[] {0, 4, 0, 1}, transfer).getFirst()[3], "the next block");
            answersTo(hand, new byte[] {0, 5, 0, 0, 0}, transfer);
            assertEquals(0, server.running());
            hand.close();
            other.close();
        }
    }

    /// The Sorcerer's Apprentice, RFC 1123 section 4.2.3.1.
    @Test
    void aSecondAcknowledgmentOfABlockIsNotAnswered() {
        try (TftpServer _ = server(TftpLimits.DEFAULTS)) {
            files.put("there", content(2_000));
            final UdpEndpoint hand = endpoint(network.client());
            final int transfer =
                    senderOf(answersTo(hand, bytes("\0\1there\0octet\0"), PORT).getFirst());
            assertEquals(1, answersTo(hand, new byte[] {0, 4, 0, 1}, transfer).size());
            assertEquals(0, answersTo(hand, new byte[] {0, 4, 0, 1}, transfer).size());
            assertEquals(0, answersTo(hand, new byte[] {0, 4, 0, 0}, transfer).size(), "an older one");
            assertEquals(0, answersTo(hand, new byte[] {0, 4, 0, 9}, transfer).size(), "of what was not sent");
            answersTo(hand, new byte[] {0, 5, 0, 0, 0}, transfer);
            hand.close();
        }
    }

    @Test
    void namesThatNoRequestCanCarryAreRefusedAtOnce() {
        final TftpClient client = client();
        final Sink sink = new Sink("here");
        for (final String name : new String[] {"", "a\0b", "x".repeat(510)}) {
            assertThrows(IllegalArgumentException.class, () -> client.get(name, TftpOptions.NONE, sink, told));
        }
        assertThrows(IllegalArgumentException.class, () -> options(7, 1));
        assertThrows(IllegalArgumentException.class, () -> options(512, 0));
        assertThrows(IllegalArgumentException.class, () -> TftpOptions.NONE.withTimeout(256));
        assertFalse(ends.contains("aborted here"));
        assertTrue(ends.isEmpty());
    }

    /// It is mapped: what is not there any more is a fault of memory.
    @Test
    void aFileThatIsCutShortEndsItsTransferAlone(@TempDir Path directory) throws IOException {
        final Path file = Files.write(directory.resolve("there"), content(1_000_000));
        TftpServer.start(
                network.server().stack(),
                network.server().address(),
                PORT,
                TftpDirectory.readOnly(directory),
                TftpLimits.DEFAULTS,
                TftpListener.NONE);
        final TftpTransfer transfer = client().get("there", TftpOptions.NONE, new Sink("here"), told);
        network.runUntil(() -> transfer.octets() > 10_000, SECOND);
        Files.write(file, new byte[0]);
        runs(transfer);
        assertEquals(List.of("aborted here", "UNDEFINED: the file was cut short"), ends);
    }
}
