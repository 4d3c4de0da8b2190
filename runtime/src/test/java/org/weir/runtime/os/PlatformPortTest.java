package org.weir.runtime.os;

final class PlatformPortTest extends OsPortContract {
    PlatformPortTest() {
        super(ThreadPort.platform());
    }

    @Override
    void run(OsBody body) throws Exception {
        body.run();
    }
}
