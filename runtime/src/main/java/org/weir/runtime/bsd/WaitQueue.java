package org.weir.runtime.bsd;

import java.util.ArrayList;
import java.util.List;
import org.weir.stack.SocketCallback;

/// Who waits for a socket, and how long its calls wait. Belongs to the stack's owner.
final class WaitQueue implements SocketCallback {
    private final List<Wait> waits = new ArrayList<>(2);
    boolean nonBlocking;
    long receiveTimeoutNs;
    long sendTimeoutNs;

    WaitQueue() {
        reset();
    }

    /// For another socket.
    void reset() {
        nonBlocking = false;
        receiveTimeoutNs = Long.MAX_VALUE;
        sendTimeoutNs = Long.MAX_VALUE;
    }

    void add(Wait wait) {
        waits.add(wait);
    }

    void remove(Wait wait) {
        waits.remove(wait);
    }

    @Override
    public void ready(int descriptor, int events) {
        signal(events);
    }

    void signal(int events) {
        for (int i = 0; i < waits.size(); i++) {
            waits.get(i).signal(events);
        }
    }
}
