package org.weir.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OwnerTest {
    private final Owner owner = new Owner();

    /// What `action` throws in a thread of this name.
    private static @Nullable Throwable in(String name, Runnable action) throws InterruptedException {
        AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
        Thread thread = new Thread(action, name);
        thread.setUncaughtExceptionHandler((t, e) -> thrown.set(e));
        thread.start();
        thread.join();
        return thrown.get();
    }

    private static String message(@Nullable Throwable thrown) {
        return thrown == null ? "nothing" : thrown.getClass().getSimpleName() + ": " + thrown.getMessage();
    }

    private String refusal(String caller) {
        return "IllegalStateException: this stack belongs to thread '"
                + Thread.currentThread().getName() + "' and was called by '" + caller + "'";
    }

    @Test
    void theFirstCallerIsTheOwnerAndMayCallAgain() {
        owner.check();
        owner.check();
    }

    @Test
    void anotherThreadIsToldWhoTheOwnerIs() throws InterruptedException {
        owner.check();
        assertEquals(refusal("intruder"), message(in("intruder", owner::check)));
        owner.check();
    }

    @Test
    void anotherThreadCannotReleaseWhatIsNotIts() throws InterruptedException {
        owner.check();
        assertEquals(refusal("thief"), message(in("thief", owner::release)));
        owner.check();
    }

    @Test
    void theNextCallerAfterAReleaseIsTheOwner() throws InterruptedException {
        owner.check();
        owner.release();
        assertNull(in("heir", owner::check));
        assertEquals(
                "this stack belongs to thread 'heir' and was called by '"
                        + Thread.currentThread().getName() + "'",
                assertThrows(IllegalStateException.class, owner::check).getMessage());
    }

    @Test
    void nobodyMayCallWhileTheOwnerHasSuspendedCalls() throws InterruptedException {
        owner.check();
        owner.suspend();
        assertEquals(
                "this stack is in the middle of a packet: a filter must not call it",
                assertThrows(IllegalStateException.class, owner::check).getMessage());
        assertThrows(IllegalStateException.class, owner::release);
        assertEquals(refusal("intruder"), message(in("intruder", owner::check)));
        owner.resume();
        owner.check();
        assertEquals(refusal("intruder"), message(in("intruder", owner::check)));
    }

    @Test
    void callsAreNotSuspendedTwice() {
        owner.check();
        owner.suspend();
        assertThrows(IllegalStateException.class, owner::suspend);
        assertThrows(IllegalStateException.class, owner::check, "nor given back by that");
        owner.resume();
        owner.check();
    }
}
