package org.weir.services.http;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.weir.services.common.RomWriter;
import org.weir.tcp.TcpConnection;

/// HTTP on TCP as it is.
final class PlainStream implements OctetStream {
    private final RomWriter writer;
    private @Nullable TcpConnection connection;

    PlainStream(RomWriter writer) {
        this.writer = writer;
    }

    private TcpConnection tcp() {
        return Objects.requireNonNull(connection);
    }

    @Override
    public void begin(TcpConnection c, Runnable onProgress) {
        connection = c;
    }

    @Override
    public boolean isReady() {
        return true;
    }

    @Override
    public int read(MemorySegment target, int offset, int length) {
        return tcp().read(target, offset, length);
    }

    @Override
    public boolean endOfStream() {
        return tcp().endOfStream();
    }

    @Override
    public int write(MemorySegment source, long offset, int length) {
        return tcp().write(source, offset, length);
    }

    @Override
    public long writeRom(MemorySegment source, long offset, long length) {
        return writer.send(tcp(), source, offset, length);
    }

    @Override
    public boolean hasFailed() {
        return false;
    }

    @Override
    public boolean isFlushed() {
        return true;
    }

    @Override
    public int unacknowledged() {
        return tcp().unacknowledged();
    }

    @Override
    public void shutdownOutput() {
        tcp().shutdownOutput();
    }

    @Override
    public void drain() {
        tcp().consume(tcp().receivedOctets());
    }

    @Override
    public void close() {
        tcp().close();
    }

    @Override
    public void abort() {
        tcp().abort();
    }

    @Override
    public void ended() {
        connection = null;
    }
}
