package org.weir.link;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.weir.memory.ChecksumState;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.memory.Pools;
import org.weir.time.TimerWheel;

/// A link that writes down what it is told, and receives what a test gives it.
final class RecordingLink implements Link {
    /// A frame, when it was sent, and what was known of its checksum.
    static final class Sent {
        private final long atNs;
        private final byte[] octets;
        private final ChecksumState checksum;

        Sent(long atNs, Pbuf frame) {
            this.atNs = atNs;
            this.octets = Pools.octets(frame);
            this.checksum = frame.checksumState();
        }

        long atNs() {
            return atNs;
        }

        byte[] octets() {
            return octets;
        }

        ChecksumState checksum() {
            return checksum;
        }
    }

    final List<Sent> sent = new ArrayList<>();
    final Deque<Pbuf> arriving = new ArrayDeque<>();
    private final LinkCapabilities capabilities;
    int room = Integer.MAX_VALUE;
    int unflushed;
    int flushes;
    int attached;
    boolean closed;

    RecordingLink() {
        this(LinkCapabilities.plainEthernet(0x0200_0000_0001L, 1_500));
    }

    RecordingLink(LinkCapabilities capabilities) {
        this.capabilities = capabilities;
    }

    @Override
    public LinkCapabilities capabilities() {
        return capabilities;
    }

    @Override
    public void attach(PbufPool pool, DropCounters drops) {
        attached++;
    }

    @Override
    public int receive(PacketSink sink, int budget, long nowNs) {
        int received = 0;
        while (received < budget && !arriving.isEmpty()) {
            sink.process(arriving.removeFirst());
            received++;
        }
        return received;
    }

    @Override
    public int room() {
        return room;
    }

    @Override
    public void send(Pbuf frame, long nowNs) {
        sent.add(new Sent(nowNs, frame));
        frame.release();
        room--;
        unflushed++;
    }

    @Override
    public void flush(long nowNs) {
        unflushed = 0;
        flushes++;
    }

    @Override
    public long nextDeadlineNs() {
        return arriving.isEmpty() ? TimerWheel.NEVER : Long.MIN_VALUE;
    }

    @Override
    public void close() {
        closed = true;
        arriving.forEach(Pbuf::release);
        arriving.clear();
    }
}
