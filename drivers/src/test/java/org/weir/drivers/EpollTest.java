package org.weir.drivers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class EpollTest {
    private static final int NOTHING = 0;
    private static final int INTEREST = Epoll.EPOLLIN | Epoll.EPOLLRDHUP;
    private static final long TOKEN = 0x8000_0001_7000_0002L;

    private final MemorySegment memory = Arena.ofAuto().allocate(64);
    private final UnixSockets unix = new UnixSockets();
    private final UnixMessage message = new UnixMessage(1);
    private Epoll epoll;
    private int near;
    private int far;

    @BeforeEach
    void aPairOfWhichOneEndIsWatched() throws Exception {
        epoll = Epoll.create();
        final long pair = unix.pair(UnixSockets.STREAM);
        near = UnixSockets.first(pair);
        far = UnixSockets.second(pair);
    }

    @AfterEach
    void closes() {
        unix.close(near);
        unix.close(far);
        epoll.close();
        message.close();
        unix.close();
    }

    private void watch(int interest) {
        assertTrue(epoll.add(near, interest, TOKEN));
    }

    private void farSends(int octets) {
        assertEquals(octets, message.begin().piece(memory, 0, octets).send(far));
    }

    /// What the next look tells of the watched end.
    private int events() {
        final int count = epoll.ready();
        if (count == 0) {
            return NOTHING;
        }
        assertEquals(1, count);
        assertEquals(TOKEN, epoll.token(0));
        return epoll.events(0);
    }

    @Test
    void whereNothingHappensNothingIsTold() {
        watch(INTEREST);
        assertEquals(NOTHING, events());
    }

    @Test
    void octetsAreToldOfOnceAndNewOnesAgain() {
        watch(INTEREST);
        farSends(2);
        assertEquals(Epoll.EPOLLIN, events());
        assertEquals(NOTHING, events());
        farSends(1);
        assertEquals(Epoll.EPOLLIN, events());
    }

    @Test
    void whatWasThereBeforeIsTold() {
        farSends(1);
        watch(INTEREST);
        assertEquals(Epoll.EPOLLIN, events());
    }

    @Test
    void onlyWhatWasAskedForIsTold() {
        watch(Epoll.EPOLLOUT);
        assertEquals(Epoll.EPOLLOUT, events());
        farSends(1);
        assertEquals(Epoll.EPOLLOUT, events() & ~Epoll.EPOLLIN | Epoll.EPOLLOUT);
        assertEquals(NOTHING, events());
    }

    @Test
    void anEndAndAHangUpAreDifferent() {
        watch(INTEREST);
        unix.shutdownOutput(far);
        assertEquals(Epoll.EPOLLIN | Epoll.EPOLLRDHUP, events());
        unix.close(far);
        far = -1;
        assertEquals(Epoll.EPOLLIN | Epoll.EPOLLRDHUP | Epoll.EPOLLHUP, events());
    }

    @Test
    void anEndThatIsClosedWithSomethingUnreadIsAnError() {
        watch(INTEREST);
        assertEquals(1, message.begin().piece(memory, 0, 1).send(near));
        unix.close(far);
        far = -1;
        assertEquals(Epoll.EPOLLERR, events() & Epoll.EPOLLERR);
    }

    @Test
    void eachFileHasATokenOfItsOwn() {
        watch(INTEREST);
        assertTrue(epoll.add(far, INTEREST, 7));
        farSends(1);
        assertEquals(1, message.begin().piece(memory, 0, 1).send(near));
        final Map<Long, Integer> told = new HashMap<>();
        final int count = epoll.ready();
        for (int i = 0; i < count; i++) {
            told.put(epoll.token(i), epoll.events(i));
        }
        assertEquals(Map.of(TOKEN, Epoll.EPOLLIN, 7L, Epoll.EPOLLIN), told);
    }

    @Test
    void aFileThatIsRemovedIsWatchedNoMore() {
        watch(INTEREST);
        epoll.remove(near);
        farSends(1);
        assertEquals(NOTHING, events());
        watch(INTEREST);
        assertEquals(Epoll.EPOLLIN, events());
    }

    @Test
    void theKernelRefusesAFileThatIsNotOpenOrWatchedAlready() {
        watch(INTEREST);
        assertFalse(epoll.add(near, INTEREST, 1));
        assertFalse(epoll.add(-1, INTEREST, 1));
    }

    @Test
    void itsOwnFileIsReadableAsLongAsThereIsSomethingToTell() throws Exception {
        watch(INTEREST);
        try (LinkWaiter waiter = LinkWaiter.on(epoll.fileDescriptor())) {
            assertFalse(waiter.await(0));
            farSends(1);
            assertTrue(waiter.await(60_000_000_000L));
            assertEquals(Epoll.EPOLLIN, events());
            assertFalse(waiter.await(0));
        }
    }

    @Test
    @Tag("allocation")
    void lookingAllocatesNothing() {
        watch(INTEREST);
        final Runnable calls = () -> {
            for (int i = 0; i < 20_000; i++) {
                farSends(1);
                assertEquals(Epoll.EPOLLIN, events());
                unix.receive(near, memory, 0, 1);
                epoll.remove(near);
                watch(INTEREST);
            }
        };
        assertEquals(0, Allocations.onceWarm(calls));
    }
}
