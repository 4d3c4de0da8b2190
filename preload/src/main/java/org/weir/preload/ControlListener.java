package org.weir.preload;

import org.weir.drivers.HostProcess;
import org.weir.drivers.UnixSockets;

/// Takes programs in: those of the user of this process, and root's.
final class ControlListener extends Watched {
    /// Programs that are taken in before others have their turn.
    private static final int BUDGET = 16;

    private final PreloadServer server;
    private final UnixSockets unix;
    private final int user = HostProcess.effectiveUserId();

    ControlListener(PreloadServer server, UnixSockets unix) {
        this.server = server;
        this.unix = unix;
    }

    @Override
    void happened(int events) {
        for (int i = 0; i < BUDGET; i++) {
            final int client = unix.accept(fd);
            if (client < 0) {
                return;
            }
            final int peer = unix.peerUserId(client);
            if (peer != user && peer != 0 || !server.admit(client)) {
                unix.close(client);
            }
        }
    }
}
