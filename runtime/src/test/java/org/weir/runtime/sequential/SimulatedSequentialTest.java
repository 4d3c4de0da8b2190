package org.weir.runtime.sequential;

import org.weir.runtime.SimulatedStack;
import org.weir.runtime.os.OsBody;
import org.weir.runtime.os.SimulatedPort;

final class SimulatedSequentialTest extends SequentialContract<SimulatedPort> {
    SimulatedSequentialTest() {
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
