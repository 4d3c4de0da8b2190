package org.weir.runtime.bsd;

import java.util.Objects;
import org.weir.stack.Errno;
import org.weir.stack.Sockets;

/// [BlockingSockets#poll].
final class Poll extends Operation {
    private static final int ALWAYS = Sockets.POLLERR | Sockets.POLLHUP;

    private final BlockingSockets home;
    private final int[] descriptors;
    private final int[] events;
    private final int[] ready;
    private final int count;

    Poll(BlockingSockets home, int[] descriptors, int[] events, int[] ready, int count, long timeoutNs) {
        super(home);
        Objects.checkFromIndexSize(0, count, descriptors.length);
        Objects.checkFromIndexSize(0, count, events.length);
        Objects.checkFromIndexSize(0, count, ready.length);
        this.home = home;
        this.descriptors = descriptors;
        this.events = events;
        this.ready = ready;
        this.count = count;
        this.timeoutNs = timeoutNs;
    }

    @Override
    protected int attempt(Sockets sockets) {
        int found = 0;
        for (int i = 0; i < count; i++) {
            ready[i] = descriptors[i] < 0 ? 0 : look(sockets, descriptors[i], events[i]);
            found += ready[i] == 0 ? 0 : 1;
        }
        return found == 0 ? -Errno.EAGAIN : found;
    }

    private static int look(Sockets sockets, int descriptor, int wanted) {
        final int now = sockets.ready(descriptor);
        return now < 0 ? BlockingSockets.POLLNVAL : now & (wanted | ALWAYS);
    }

    @Override
    protected void join(Wait waiting) {
        for (int i = 0; i < count; i++) {
            if (descriptors[i] >= 0) {
                waiting.join(home.queueOf(descriptors[i]), events[i]);
            }
        }
    }

    @Override
    protected int partial(int reason) {
        return reason == -Errno.EAGAIN ? 0 : reason;
    }
}
