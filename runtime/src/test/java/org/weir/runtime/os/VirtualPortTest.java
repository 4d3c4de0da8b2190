package org.weir.runtime.os;

import java.util.concurrent.FutureTask;

final class VirtualPortTest extends OsPortContract {
    VirtualPortTest() {
        super(ThreadPort.virtual());
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
}
