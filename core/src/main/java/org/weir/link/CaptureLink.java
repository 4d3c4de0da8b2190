package org.weir.link;

import org.jspecify.annotations.Nullable;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;

/// Writes every frame that passes another link to a capture.
public final class CaptureLink implements Link, PacketSink {
    private final Link inner;
    private final PcapngWriter writer;
    private final int number;
    private @Nullable PacketSink receiver;
    private long nowNs;

    /// Takes over `inner`, which is the first interface of the capture.
    public CaptureLink(Link inner, PcapngWriter writer) {
        this(inner, writer, 0);
    }

    /// Takes over `inner`, which is the interface of the capture that [PcapngWriter#addInterface] gave `number`.
    public CaptureLink(Link inner, PcapngWriter writer, int number) {
        this.inner = inner;
        this.writer = writer;
        this.number = number;
    }

    @Override
    public LinkCapabilities capabilities() {
        return inner.capabilities();
    }

    @Override
    public void attach(PbufPool pool, DropCounters drops) {
        inner.attach(pool, drops);
    }

    @Override
    public int receive(PacketSink sink, int budget, long timeNs) {
        receiver = sink;
        nowNs = timeNs;
        return inner.receive(this, budget, timeNs);
    }

    @Override
    public void process(Pbuf frame) {
        writer.write(number, frame, PcapngWriter.Direction.INBOUND, nowNs);
        if (receiver != null) {
            receiver.process(frame);
        }
    }

    @Override
    public boolean hasCarrier() {
        return inner.hasCarrier();
    }

    @Override
    public int room() {
        return inner.room();
    }

    @Override
    public void send(Pbuf frame, long timeNs) {
        writer.write(number, frame, PcapngWriter.Direction.OUTBOUND, timeNs);
        inner.send(frame, timeNs);
    }

    @Override
    public void flush(long timeNs) {
        inner.flush(timeNs);
    }

    @Override
    public long nextDeadlineNs() {
        return inner.nextDeadlineNs();
    }

    @Override
    public void close() {
        writer.flush();
        inner.close();
    }
}
