package org.weir.jdk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.weir.stack.Sockets;
import org.weir.stack.Stack;

/// A pipe whose ends a [WeirSelector] can watch, beside sockets. Its octets stay in memory; the stack has no part in
/// it.
final class WeirPipe extends Pipe {
    private final PipeBuffer buffer = new PipeBuffer();
    private final End readable = new End(Sockets.POLLIN, buffer::isReadable);
    private final End writable = new End(Sockets.POLLOUT, buffer::isWritable);
    private final Source source;
    private final Sink sink;

    WeirPipe(WeirSelectorProvider provider) {
        this.source = new Source(provider);
        this.sink = new Sink(provider);
    }

    @Override
    public SourceChannel source() {
        return source;
    }

    @Override
    public SinkChannel sink() {
        return sink;
    }

    /// One end's readiness, and where its user waits for it.
    private static final class End extends ReadinessSource {
        private final int event;
        private final BooleanSupplier isReady;
        private final Gate gate = new Gate(null);

        End(int event, BooleanSupplier isReady) {
            this.event = event;
            this.isReady = isReady;
        }

        void tell() {
            if (isReady.getAsBoolean()) {
                gate.open();
                changed(event);
            }
        }

        @Override
        boolean isOfStack() {
            return false;
        }

        @Override
        int poll(@Nullable Stack stack) {
            return isReady.getAsBoolean() ? event : 0;
        }
    }

    private static void ensureOpen(Channel channel) throws ClosedChannelException {
        if (!channel.isOpen()) {
            throw new ClosedChannelException();
        }
    }

    private static long remaining(ByteBuffer[] buffers, int offset, int length) {
        long total = 0;
        for (int i = offset; i < offset + length; i++) {
            total += buffers[i].remaining();
        }
        return total;
    }

    /// Where octets come out.
    private final class Source extends SourceChannel implements Watchable {
        private final ReentrantLock lock = new ReentrantLock();
        private final ByteBuffer[] one = new ByteBuffer[1];

        Source(WeirSelectorProvider provider) {
            super(provider);
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            Objects.requireNonNull(target);
            lock.lock();
            try {
                one[0] = target;
                return (int) readLocked(one, 0, 1);
            } finally {
                lock.unlock();
            }
        }

        @Override
        public long read(ByteBuffer[] targets) throws IOException {
            return read(targets, 0, targets.length);
        }

        @Override
        public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, targets.length);
            lock.lock();
            try {
                return readLocked(targets, offset, length);
            } finally {
                lock.unlock();
            }
        }

        private long readLocked(ByteBuffer[] targets, int offset, int length) throws IOException {
            for (int i = offset; i < offset + length; i++) {
                if (targets[i].isReadOnly()) {
                    throw new IllegalArgumentException("Read-only buffer");
                }
            }
            ensureOpen(this);
            final boolean blocking = isBlocking();
            long moved = 0;
            try {
                if (blocking) {
                    begin();
                }
                moved = remaining(targets, offset, length) == 0 ? 0 : await(targets, offset, length, blocking);
            } finally {
                if (blocking) {
                    end(moved > 0);
                }
            }
            return moved;
        }

        private long await(ByteBuffer[] targets, int offset, int length, boolean blocking) {
            while (true) {
                readable.gate.close();
                final long moved = drain(targets, offset, length);
                if (moved != 0 || !blocking || !isOpen()) {
                    return moved;
                }
                readable.gate.await(Gate.NEVER);
            }
        }

        private long drain(ByteBuffer[] targets, int offset, int length) {
            long total = 0;
            for (int i = offset; i < offset + length; i++) {
                final int moved = targets[i].hasRemaining() ? buffer.read(targets[i]) : 0;
                if (moved < 0) {
                    return total > 0 ? total : -1;
                }
                total += moved;
            }
            if (total > 0) {
                writable.tell();
            }
            return total;
        }

        @Override
        protected void implCloseSelectableChannel() {
            buffer.closeSource();
            readable.gate.open();
            writable.tell();
        }

        @Override
        protected void implConfigureBlocking(boolean block) throws IOException {
            lock.lock();
            try {
                ensureOpen(this);
            } finally {
                lock.unlock();
            }
        }

        @Override
        public ReadinessSource source() {
            return readable;
        }

        @Override
        public int translate(int events, int interest) {
            return (events & Sockets.POLLIN) != 0 ? interest & SelectionKey.OP_READ : 0;
        }
    }

    /// Where octets go in.
    private final class Sink extends SinkChannel implements Watchable {
        private final ReentrantLock lock = new ReentrantLock();
        private final ByteBuffer[] one = new ByteBuffer[1];

        Sink(WeirSelectorProvider provider) {
            super(provider);
        }

        @Override
        public int write(ByteBuffer octets) throws IOException {
            Objects.requireNonNull(octets);
            lock.lock();
            try {
                one[0] = octets;
                return (int) writeLocked(one, 0, 1);
            } finally {
                lock.unlock();
            }
        }

        @Override
        public long write(ByteBuffer[] sources) throws IOException {
            return write(sources, 0, sources.length);
        }

        @Override
        public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, sources.length);
            lock.lock();
            try {
                return writeLocked(sources, offset, length);
            } finally {
                lock.unlock();
            }
        }

        private long writeLocked(ByteBuffer[] sources, int offset, int length) throws IOException {
            ensureOpen(this);
            final boolean blocking = isBlocking();
            long moved = 0;
            try {
                if (blocking) {
                    begin();
                }
                moved = await(sources, offset, length, blocking);
            } finally {
                if (blocking) {
                    end(moved > 0);
                }
            }
            return moved;
        }

        /// A part that was written before the pipe broke is told first.
        private long await(ByteBuffer[] sources, int offset, int length, boolean blocking) throws IOException {
            long total = 0;
            while (true) {
                writable.gate.close();
                final long moved = fill(sources, offset, length);
                if (moved < 0 && total == 0) {
                    throw new IOException("Broken pipe");
                }
                total += Math.max(0, moved);
                if (moved < 0 || !blocking || !isOpen() || remaining(sources, offset, length) == 0) {
                    return total;
                }
                writable.gate.await(Gate.NEVER);
            }
        }

        /// Returns how much was written, or -1 if nobody will read it.
        private long fill(ByteBuffer[] sources, int offset, int length) {
            long total = 0;
            for (int i = offset; i < offset + length; i++) {
                final int moved = sources[i].hasRemaining() ? buffer.write(sources[i]) : 0;
                if (moved < 0) {
                    return total > 0 ? total : -1;
                }
                total += moved;
            }
            if (total > 0) {
                readable.tell();
            }
            return total;
        }

        @Override
        protected void implCloseSelectableChannel() {
            buffer.closeSink();
            writable.gate.open();
            readable.tell();
        }

        @Override
        protected void implConfigureBlocking(boolean block) throws IOException {
            lock.lock();
            try {
                ensureOpen(this);
            } finally {
                lock.unlock();
            }
        }

        @Override
        public ReadinessSource source() {
            return writable;
        }

        @Override
        public int translate(int events, int interest) {
            return (events & Sockets.POLLOUT) != 0 ? interest & SelectionKey.OP_WRITE : 0;
        }
    }
}
