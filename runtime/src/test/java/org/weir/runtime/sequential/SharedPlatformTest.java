package org.weir.runtime.sequential;

import org.weir.runtime.IdleStrategy;
import org.weir.runtime.ParkingWaiter;
import org.weir.runtime.SharedStack;
import org.weir.runtime.os.OsBody;
import org.weir.runtime.os.ThreadPort;

final class SharedPlatformTest extends SequentialContract<ThreadPort> {
    SharedPlatformTest() {
        super(
                ThreadPort.platform(),
                (port, stack) -> SharedStack.start(stack, new ParkingWaiter(), IdleStrategy.SLEEP, "stack"));
    }

    @Override
    void run(OsBody body) throws Exception {
        body.run();
    }

    @Override
    void closeStack() {
        ((SharedStack) stack).close();
    }
}
