package org.weir.stress;

import java.util.concurrent.Callable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.weir.runtime.os.OsMailbox;
import org.weir.runtime.os.OsPort;
import org.weir.runtime.os.OsSemaphore;
import org.weir.runtime.os.ThreadPort;

/// What is written before a message or a permit is given is seen after it was taken.
public final class PortStress {
    private static final OsPort OS = ThreadPort.platform();

    private PortStress() {}

    private static int waitFor(Callable<Integer> what) {
        try {
            return what.call();
        } catch (Exception e) {
            throw new IllegalStateException("nobody interrupts", e);
        }
    }

    /// By a mailbox.
    @JCStressTest
    @Outcome(id = "1, 2", expect = Expect.ACCEPTABLE, desc = "the message, and what was written before it")
    @State
    public static class Mailbox {
        private final OsMailbox<Integer> mailbox = OS.mailbox("b", 1);
        private int written;

        @Actor
        public void puts() {
            written = 2;
            mailbox.offer(1);
        }

        @Actor
        public void takes(II_Result result) {
            result.r1 = waitFor(mailbox::take);
            result.r2 = written;
        }
    }

    /// By a semaphore.
    @JCStressTest
    @Outcome(id = "1, 2", expect = Expect.ACCEPTABLE, desc = "the permit, and what was written before it")
    @State
    public static class Semaphore {
        private final OsSemaphore semaphore = OS.semaphore("s", 0);
        private int written;

        @Actor
        public void releases() {
            written = 2;
            semaphore.release();
        }

        @Actor
        public void acquires(II_Result result) {
            result.r1 = waitFor(() -> semaphore.tryAcquire(Long.MAX_VALUE) ? 1 : 0);
            result.r2 = written;
        }
    }
}
