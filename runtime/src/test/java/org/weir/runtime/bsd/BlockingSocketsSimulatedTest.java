package org.weir.runtime.bsd;

import org.weir.runtime.SimulatedStack;
import org.weir.runtime.os.OsBody;
import org.weir.runtime.os.SimulatedPort;

final class BlockingSocketsSimulatedTest extends BlockingSocketsContract<SimulatedPort> {
    BlockingSocketsSimulatedTest() {
        super(SimulatedPort.seeded(7), SimulatedStack::on);
    }

    @Override
    void run(OsBody body) {
        os.run(body);
    }

    @Override
    void closeStack() {
        ((SimulatedStack) stack).close();
    }
}
