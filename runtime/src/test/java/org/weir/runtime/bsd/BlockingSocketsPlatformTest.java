package org.weir.runtime.bsd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.weir.runtime.IdleStrategy;
import org.weir.runtime.ParkingWaiter;
import org.weir.runtime.SharedStack;
import org.weir.runtime.os.OsBody;
import org.weir.runtime.os.ThreadPort;
import org.weir.stack.Errno;
import org.weir.stack.Sockets;

final class BlockingSocketsPlatformTest extends BlockingSocketsContract<ThreadPort> {
    BlockingSocketsPlatformTest() {
        super(
                ThreadPort.platform(),
                (port, stack) -> SharedStack.start(stack, new ParkingWaiter(), IdleStrategy.SLEEP, "stack"));
    }

    @Override
    void run(OsBody body) throws Exception {
        final FutureTask<Void> task = new FutureTask<>(() -> {
            body.run();
            return null;
        });
        os.start("test", task::run);
        task.get();
    }

    @Override
    void closeStack() {
        ((SharedStack) stack).close();
    }

    @Test
    void anInterruptEndsAWaitAndStaysSet() throws Exception {
        run(() -> {
            final int socket = sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM);
            Thread.currentThread().interrupt();
            final MemorySegment memory = MemorySegment.ofArray(new byte[10]);
            assertEquals(-Errno.EINTR, sockets.receive(socket, memory, 0, 10, 0));
            assertTrue(Thread.interrupted());
        });
    }
}
