package org.weir.preload;

import java.io.IOException;
import org.weir.drivers.Epoll;

/// The files of the door, each in a place of one table, and what the kernel tells of them.
final class Watch implements AutoCloseable {
    private final Epoll epoll;
    private final Watched[] places;
    private int used;

    Watch(int places) throws IOException {
        this.epoll = Epoll.create();
        this.places = new Watched[places];
    }

    int fileDescriptor() {
        return epoll.fileDescriptor();
    }

    /// Gives `watched` a place for ever. For set-up.
    void place(Watched watched) {
        watched.index = used;
        places[used++] = watched;
    }

    /// Watches `fd` on behalf of `watched`: our end of a pair, which is told of each change once, or else a control
    /// socket, which is told of as long as something waits in it. Returns false if the kernel refuses.
    boolean begin(Watched watched, int fd, boolean isPair) {
        watched.generation++;
        watched.fd = fd;
        final int reading = Epoll.EPOLLIN | Epoll.EPOLLRDHUP;
        final boolean taken = isPair
                ? epoll.add(fd, reading | Epoll.EPOLLOUT, token(watched))
                : epoll.addLevelTriggered(fd, reading, token(watched));
        if (taken) {
            return true;
        }
        watched.fd = Watched.NO_FILE;
        return false;
    }

    /// The file is about to be closed.
    void end(Watched watched) {
        epoll.remove(watched.fd);
        watched.fd = Watched.NO_FILE;
    }

    private static long token(Watched watched) {
        return (long) watched.generation << Integer.SIZE | watched.index;
    }

    /// Tells those to whose files something has happened. Returns how many there were.
    int look() {
        final int count = epoll.ready();
        for (int i = 0; i < count; i++) {
            final long token = epoll.token(i);
            final Watched watched = places[(int) token];
            if (watched.fd != Watched.NO_FILE && watched.generation == (int) (token >>> Integer.SIZE)) {
                watched.happened(epoll.events(i));
            }
        }
        return count;
    }

    @Override
    public void close() {
        epoll.close();
    }
}
