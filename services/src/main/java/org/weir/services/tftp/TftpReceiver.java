package org.weir.services.tftp;

import org.jspecify.annotations.Nullable;
import org.weir.memory.Pbuf;
import org.weir.stack.Stack;
import org.weir.udp.UdpEndpoint;

/// Receives a file: acknowledges the last block of each window, and where one is missing, the one before (RFC 7440
/// section 4).
final class TftpReceiver extends TftpTransfer {
    private final TftpSink sink;
    /// A server's answer to options; null if an acknowledgment is the answer.
    private byte @Nullable [] answer;

    private long received;
    private long octets;
    private int sinceAcknowledgment;
    private boolean hasToldOfHole;
    private boolean isWhole;

    TftpReceiver(
            Stack stack,
            UdpEndpoint endpoint,
            long peerLow,
            TftpOptions options,
            TftpSink sink,
            TftpListener listener) {
        super(stack, endpoint, peerLow, options, listener);
        this.sink = sink;
    }

    /// Begins with an answer to options.
    TftpReceiver answering(byte @Nullable [] packet) {
        answer = packet;
        return this;
    }

    @Override
    void answer() {
        if (answer == null) {
            acknowledge();
        } else {
            sendPacket(answer);
        }
    }

    @Override
    void agreed() {
        acknowledge();
    }

    @Override
    void acknowledgment(int number) {
        refuse(TftpError.ILLEGAL_OPERATION, "an acknowledgment from who is to send");
    }

    @Override
    void data(int number, Pbuf block) {
        answeredWithoutOptions();
        answer = null;
        final int ahead = number - (int) received & 0xFFFF;
        if (ahead == 1 && !isWhole) {
            next(block);
        } else if (ahead == 0) {
            acknowledge();
        } else if (ahead <= options.windowSize() && !hasToldOfHole) {
            hasToldOfHole = true;
            acknowledge();
        }
    }

    /// The block that is due.
    private void next(Pbuf block) {
        final int length = block.totalLength() - TftpMessage.HEADER;
        if (length > options.blockSize()) {
            refuse(TftpError.ILLEGAL_OPERATION, "a block of " + length + " octets, " + options.blockSize() + " agreed");
            return;
        }
        isWhole = length < options.blockSize();
        if (!keep(block)) {
            return;
        }
        received++;
        octets += length;
        sinceAcknowledgment++;
        hasToldOfHole = false;
        if (isWhole) {
            acknowledge();
            complete(true);
            return;
        }
        progress();
        if (sinceAcknowledgment >= options.windowSize()) {
            acknowledge();
        }
    }

    private boolean keep(Pbuf block) {
        try {
            int skip = TftpMessage.HEADER;
            for (Pbuf piece = block; piece != null; piece = piece.next()) {
                sink.write(piece.segment(), piece.offset() + skip, piece.length() - skip);
                skip = 0;
            }
            if (isWhole) {
                sink.complete();
            }
            return true;
        } catch (TftpRefusal e) {
            refuse(e.error(), String.valueOf(e.getMessage()));
            return false;
        }
    }

    private void acknowledge() {
        sinceAcknowledgment = 0;
        sendHeader(TftpMessage.ACKNOWLEDGMENT, (int) received);
    }

    @Override
    boolean goesOn() {
        return false;
    }

    @Override
    void again() {
        if (answer == null) {
            acknowledge();
        } else {
            sendPacket(answer);
        }
    }

    @Override
    void dispose() {
        sink.abort();
    }

    @Override
    public long octets() {
        return octets;
    }
}
