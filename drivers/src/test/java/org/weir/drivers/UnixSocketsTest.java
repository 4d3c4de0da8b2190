package org.weir.drivers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// [UnixSockets] and [UnixMessage].
class UnixSocketsTest {
    private static final int NOT_NOW = -1;
    private static final int END = 0;
    private static final int EPIPE = 32;
    private static final int EAGAIN = 11;
    private static final int LONGEST_PATH = 107;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment out = arena.allocate(4_096);
    private final MemorySegment in = arena.allocate(4_096);
    private final UnixSockets unix = new UnixSockets();
    private final UnixMessage message = new UnixMessage(3);

    @TempDir
    private Path directory;

    private int near = -1;
    private int far = -1;

    @AfterEach
    void closes() {
        unix.close(near);
        unix.close(far);
        message.close();
        unix.close();
        arena.close();
    }

    private void pair(int type) {
        final long pair = unix.pair(type);
        near = UnixSockets.first(pair);
        far = UnixSockets.second(pair);
        assertNotEquals(near, far);
    }

    private int sends(int fd, String text) {
        return message.begin().piece(put(text), 0, text.length()).send(fd);
    }

    private MemorySegment put(String text) {
        final byte[] octets = text.getBytes(StandardCharsets.US_ASCII);
        MemorySegment.copy(octets, 0, out, ValueLayout.JAVA_BYTE, 0, octets.length);
        return out;
    }

    private String text(int octets) {
        return new String(in.asSlice(0, octets).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.US_ASCII);
    }

    private String receives(int fd) {
        return text(unix.receive(fd, in, 0, 100));
    }

    // ---- pairs ----

    @Test
    void whatOneEndSendsTheOtherReceives() {
        pair(UnixSockets.STREAM);
        assertEquals(3, sends(near, "abc"));
        assertEquals(2, sends(near, "de"));
        assertEquals("abcde", receives(far));
        assertEquals(1, sends(far, "x"));
        assertEquals("x", receives(near));
        assertEquals(NOT_NOW, unix.receive(near, in, 0, 1));
    }

    @Test
    void messagesKeepTheirBoundaries() {
        pair(UnixSockets.MESSAGES);
        assertEquals(3, sends(near, "abc"));
        assertEquals(2, sends(near, "de"));
        assertEquals("abc", receives(far));
        assertEquals("de", receives(far));
    }

    @Test
    void octetsGoWhereTheyAreWanted() {
        pair(UnixSockets.STREAM);
        sends(near, "abc");
        assertEquals(2, unix.receive(far, in, 10, 2));
        assertEquals('a', in.get(ValueLayout.JAVA_BYTE, 10));
        assertEquals('b', in.get(ValueLayout.JAVA_BYTE, 11));
        assertEquals(0, in.get(ValueLayout.JAVA_BYTE, 12));
    }

    @Test
    void aPeekLeavesWhatItSaw() {
        pair(UnixSockets.STREAM);
        sends(near, "abc");
        assertEquals(2, unix.peek(far, in, 0, 2));
        assertEquals("ab", text(2));
        assertEquals(3, message.begin().piece(in, 0, 3).peek(far));
        assertEquals("abc", receives(far));
    }

    @Test
    void afterTheEndTheOtherDirectionGoesOn() {
        pair(UnixSockets.STREAM);
        sends(near, "abc");
        unix.shutdownOutput(near);
        assertEquals("abc", receives(far));
        assertEquals(END, unix.receive(far, in, 0, 1));
        assertEquals(NOT_NOW, sends(near, "d"));
        assertEquals(1, sends(far, "x"));
        assertEquals("x", receives(near));
    }

    @Test
    void whatWaitsCanBeAskedFor() {
        pair(UnixSockets.STREAM);
        assertEquals(0, unix.available(far));
        sends(near, "abc");
        sends(near, "de");
        assertEquals(5, unix.available(far));
        unix.receive(far, in, 0, 1);
        assertEquals(4, unix.available(far));
        unix.close(far);
        assertEquals(0, unix.available(far));
        far = -1;
    }

    @Test
    void whatWaitsIsThatOfAllMessagesTogether() {
        pair(UnixSockets.MESSAGES);
        sends(near, "abc");
        sends(near, "de");
        assertEquals(5, unix.available(far));
        assertEquals("abc", receives(far));
        assertEquals(2, unix.available(far));
    }

    @Test
    void whatIsNotReadAtTheOtherEndCanBeAskedFor() {
        pair(UnixSockets.STREAM);
        assertEquals(0, unix.unsent(near));
        sends(near, "abc");
        assertTrue(unix.unsent(near) >= 3);
        receives(far);
        assertEquals(0, unix.unsent(near));
    }

    @Test
    void theSendBufferBoundsWhatIsOnItsWay() {
        pair(UnixSockets.STREAM);
        unix.sendBuffer(near, 100_000);
        final int large = fill(near);
        while (unix.receive(far, in, 0, 4_096) > 0) {
            assertTrue(large > 0);
        }
        unix.sendBuffer(near, 10_000);
        assertTrue(fill(near) < large / 2);
    }

    private int fill(int fd) {
        int sent = 0;
        for (int n = 0; n >= 0; n = message.begin().piece(out, 0, 1_000).send(fd)) {
            sent += n;
        }
        return sent;
    }

    @Test
    void bothEndsAreClosedWhenAnotherProgramIsExecuted() throws Exception {
        pair(UnixSockets.STREAM);
        for (final int fd : new int[] {near, far}) {
            final String flags =
                    Files.readAllLines(Path.of("/proc/self/fdinfo/" + fd)).get(1);
            assertEquals(Libc.O_CLOEXEC, Integer.parseInt(flags.replaceAll("\\D", ""), 8) & Libc.O_CLOEXEC);
        }
    }

    @Test
    void anAbstractNameIsTakenOnce() throws Exception {
        pair(UnixSockets.STREAM);
        final String name = "weir.test." + ProcessHandle.current().pid();
        assertTrue(unix.nameAbstractly(near, put(name), name.length()));
        assertFalse(unix.nameAbstractly(far, put(name), name.length()));
        assertTrue(Files.readAllLines(Path.of("/proc/net/unix")).stream().anyMatch(l -> l.endsWith(" @" + name)));
        assertTrue(unix.nameAbstractly(far, put(name + "x"), name.length() + 1));
    }

    // ---- messages in pieces ----

    @Test
    void aMessageIsGatheredAndScattered() {
        pair(UnixSockets.MESSAGES);
        put("abcdefgh");
        message.begin().piece(out, 6, 2).piece(out, 0, 1).piece(out, 3, 2);
        assertTrue(message.isFull());
        assertEquals(5, message.octets());
        assertEquals(5, message.send(near));
        message.begin().piece(in, 10, 2);
        assertFalse(message.isFull());
        assertEquals(2, message.octets());
        assertEquals(5, message.piece(in, 0, 3).receive(far));
        assertEquals("ade", text(3));
        assertEquals('g', in.get(ValueLayout.JAVA_BYTE, 10));
        assertEquals('h', in.get(ValueLayout.JAVA_BYTE, 11));
        assertEquals(NOT_NOW, message.receive(far));
    }

    @Test
    void aSendThatFailsCanTellWhy() {
        pair(UnixSockets.STREAM);
        fill(near);
        message.begin().piece(out, 0, 1);
        assertEquals(NOT_NOW, message.send(near));
        assertEquals(-EAGAIN, message.sendOrTell(near));
        assertEquals(1, message.sendOrTell(far));
        unix.close(far);
        far = -1;
        assertEquals(NOT_NOW, message.send(near));
        assertEquals(-EPIPE, message.sendOrTell(near));
        assertEquals(-Errno.EBADF, message.sendOrTell(-1));
    }

    @Test
    void aDescriptorThatIsAttachedOpensASecondWayToTheSameFile() {
        pair(UnixSockets.MESSAGES);
        final long passed = unix.pair(UnixSockets.STREAM);
        final int kept = UnixSockets.first(passed);
        final int given = UnixSockets.second(passed);
        assertEquals(1, message.begin().piece(put("d"), 0, 1).descriptor(given).send(near));
        final int received = receivedDescriptor(far);
        assertNotEquals(given, received);
        unix.close(given);
        assertEquals(2, sends(received, "hi"));
        assertEquals("hi", receives(kept));
        unix.close(received);
        assertEquals(END, unix.receive(kept, in, 0, 1));
        unix.close(kept);
    }

    @Test
    void aDescriptorGoesWithOneMessageAlone() {
        pair(UnixSockets.MESSAGES);
        message.begin().piece(put("d"), 0, 1).descriptor(near).send(near);
        unix.close(receivedDescriptor(far));
        sends(near, "e");
        assertEquals(-1, receivedDescriptor(far));
    }

    /// Of the next message, which has one octet; -1 if there is none.
    private int receivedDescriptor(int fd) {
        final MemorySegment control = arena.allocate(24, 8);
        final MemorySegment header = arena.allocate(56, 8);
        final MemorySegment piece = arena.allocate(Iovec.SIZE, 8);
        Iovec.write(piece, 0, in.address(), 1);
        header.set(ValueLayout.JAVA_LONG, 16, piece.address());
        header.set(ValueLayout.JAVA_LONG, 24, 1);
        header.set(ValueLayout.JAVA_LONG, 32, control.address());
        header.set(ValueLayout.JAVA_LONG, 40, control.byteSize());
        assertEquals(1, LibcSockets.recvmsg(fd, header.address(), 0));
        return header.get(ValueLayout.JAVA_LONG, 40) == 0 ? -1 : control.get(ValueLayout.JAVA_INT, 16);
    }

    // ---- listening ----

    private int connect(Path path) {
        final MemorySegment address = arena.allocate(110, 8);
        address.set(ValueLayout.JAVA_SHORT, 0, (short) Libc.AF_UNIX);
        address.setString(2, path.toString());
        final int fd = Libc.socket(Libc.AF_UNIX, Libc.SOCK_SEQPACKET, 0);
        assertEquals(0, Libc.connect(fd, address.address(), 110));
        return fd;
    }

    @Test
    void aListeningSocketIsAFileForItsUserAlone() throws Exception {
        final Path path = directory.resolve("door");
        near = unix.listen(path, 1);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
        final Path other = Files.createFile(directory.resolve("other"));
        assertNotEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(other)));
    }

    @Test
    void aConnectionIsAcceptedAndTellsWhoMadeIt() throws Exception {
        final Path path = directory.resolve("door");
        near = unix.listen(path, 1);
        assertEquals(NOT_NOW, unix.accept(near));
        far = connect(path);
        final int accepted = unix.accept(near);
        assertEquals(3, sends(far, "abc"));
        assertEquals(1, sends(far, "d"));
        assertEquals("abc", receives(accepted));
        assertEquals(HostProcess.effectiveUserId(), unix.peerUserId(accepted));
        assertEquals(ProcessHandle.current().pid(), unix.peerProcessId(accepted));
        unix.close(accepted);
        assertEquals(-1, unix.peerUserId(accepted));
    }

    @Test
    void aSocketThatNobodyListensOnIsReplaced() throws Exception {
        final Path path = directory.resolve("door");
        assertFalse(UnixSockets.isListening(path));
        final int gone = unix.listen(path, 1);
        assertTrue(UnixSockets.isListening(path));
        unix.close(gone);
        assertTrue(Files.exists(path));
        assertFalse(UnixSockets.isListening(path));
        near = unix.listen(path, 1);
        assertTrue(UnixSockets.isListening(path));
    }

    @Test
    void aSocketThatSomebodyListensOnIsLeftToThem() throws Exception {
        final Path path = directory.resolve("door");
        near = unix.listen(path, 1);
        final IOException refusal = assertThrows(IOException.class, () -> unix.listen(path, 1));
        assertEquals("cannot listen on " + path + ": another process does", refusal.getMessage());
        assertTrue(UnixSockets.isListening(path));
    }

    @Test
    void aFileThatIsNoSocketIsLeftAlone() throws Exception {
        final Path path = Files.writeString(directory.resolve("letter"), "dear");
        final IOException refusal = assertThrows(IOException.class, () -> unix.listen(path, 1));
        assertEquals("cannot listen on " + path + ": it is a file and no socket", refusal.getMessage());
        assertEquals("dear", Files.readString(path));
    }

    @Test
    void aDirectoryThatIsMissingIsNamed() {
        final Path path = directory.resolve("missing").resolve("door");
        final IOException refusal = assertThrows(IOException.class, () -> unix.listen(path, 1));
        assertEquals("cannot listen on " + path + ": No such file or directory", refusal.getMessage());
    }

    @Test
    void aPathMayBe107OctetsLong() throws Exception {
        final int rest = LONGEST_PATH - directory.toString().length() - 1;
        final Path longest = directory.resolve("x".repeat(rest));
        near = unix.listen(longest, 1);
        assertTrue(UnixSockets.isListening(longest));
        final Path tooLong = directory.resolve("x".repeat(rest + 1));
        final IOException refusal = assertThrows(IOException.class, () -> unix.listen(tooLong, 1));
        assertEquals("the path " + tooLong + " is longer than 107 octets", refusal.getMessage());
    }

    // ---- what it costs ----

    @Test
    @Tag("allocation")
    void pairsAndMessagesAllocateNothing() {
        final Runnable calls = () -> {
            for (int i = 0; i < 10_000; i++) {
                pair(UnixSockets.STREAM);
                unix.sendBuffer(near, 10_000);
                message.begin().piece(out, 0, 10).piece(out, 20, 10).send(near);
                unix.available(far);
                unix.peek(far, in, 0, 1);
                message.begin().piece(in, 0, 20).receive(far);
                unix.unsent(near);
                unix.shutdownOutput(near);
                unix.close(near);
                unix.close(far);
            }
            near = -1;
            far = -1;
        };
        assertEquals(0, Allocations.onceWarm(calls));
    }
}
