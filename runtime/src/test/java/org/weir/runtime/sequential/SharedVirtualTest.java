package org.weir.runtime.sequential;

import java.util.concurrent.FutureTask;
import org.weir.runtime.IdleStrategy;
import org.weir.runtime.ParkingWaiter;
import org.weir.runtime.SharedStack;
import org.weir.runtime.os.OsBody;
import org.weir.runtime.os.ThreadPort;

final class SharedVirtualTest extends SequentialContract<ThreadPort> {
    SharedVirtualTest() {
        super(
                ThreadPort.virtual(),
                (port, stack) -> SharedStack.start(stack, new ParkingWaiter(), IdleStrategy.BALANCED, "stack"));
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
}
