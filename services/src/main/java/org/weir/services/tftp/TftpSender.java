package org.weir.services.tftp;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;
import org.weir.memory.OctetSource;
import org.weir.memory.Pbuf;
import org.weir.stack.Stack;
import org.weir.udp.UdpEndpoint;

/// Sends a file: windows of blocks (RFC 7440), each acknowledged. Of one block at a time, a second acknowledgment of
/// the same block is not answered, so that no duplicate breeds others for the rest of the transfer (RFC 1123 section
/// 4.2.3.1).
final class TftpSender extends TftpTransfer implements OctetSource {
    private final MemorySegment content;
    /// A server's answer to options; null if its first block is the answer.
    private byte @Nullable [] answer;

    /// Blocks are counted from 1 on; the last one is shorter than the others, or empty.
    private long acknowledged;

    private long sent;
    private boolean hasRepeated;
    private boolean isHeld;
    /// The block that is being copied.
    private long current;

    TftpSender(
            Stack stack,
            UdpEndpoint endpoint,
            long peerLow,
            TftpOptions options,
            MemorySegment content,
            TftpListener listener) {
        super(stack, endpoint, peerLow, options, listener);
        this.content = content;
    }

    /// Begins with an answer to options.
    TftpSender answering(byte @Nullable [] packet) {
        answer = packet;
        return this;
    }

    @Override
    void answer() {
        if (answer == null) {
            sendWindow();
        } else {
            sendPacket(answer);
        }
    }

    @Override
    void agreed() {
        sendWindow();
    }

    @Override
    void data(int number, Pbuf block) {
        refuse(TftpError.ILLEGAL_OPERATION, "data from who is to receive");
    }

    @Override
    void acknowledgment(int number) {
        answeredWithoutOptions();
        if (answer != null) {
            if (number == 0) {
                answer = null;
                progress();
                sendWindow();
            }
            return;
        }
        final int ahead = number - (int) acknowledged & 0xFFFF;
        if (ahead > sent - acknowledged) {
            return;
        }
        if (ahead == 0) {
            nothingNew();
            return;
        }
        acknowledged += ahead;
        hasRepeated = false;
        if (acknowledged == last()) {
            complete(false);
            return;
        }
        progress();
        sent = acknowledged;
        sendWindow();
    }

    /// The first block that was sent has been lost, if there were several, or it is the acknowledgment that begins
    /// the transfer.
    private void nothingNew() {
        if (sent == 0) {
            sendWindow();
        } else if (options.windowSize() > 1 && !hasRepeated) {
            hasRepeated = true;
            again();
        }
    }

    private long last() {
        return content.byteSize() / options.blockSize() + 1;
    }

    private void sendWindow() {
        isHeld = false;
        try {
            sendBlocks();
        } catch (InternalError _) {
            refuse(TftpError.UNDEFINED, "the file was cut short"); // It was mapped, and is not there any more.
            return;
        }
        if (isHeld) {
            continueSoon();
        }
    }

    private void sendBlocks() {
        final long end = Math.min(acknowledged + options.windowSize(), last());
        while (sent < end && !isHeld) {
            current = sent + 1;
            final long from = sent * options.blockSize();
            final int octets = (int) Math.min(options.blockSize(), content.byteSize() - from);
            isHeld = !send(this, TftpMessage.HEADER + octets);
            if (!isHeld) {
                sent = current;
            }
        }
    }

    /// Copies the block that is being sent, with its header.
    @Override
    public void get(int from, MemorySegment target, long offset, int length) {
        int done = 0;
        for (; from + done < TftpMessage.HEADER && done < length; done++) {
            target.set(ValueLayout.JAVA_BYTE, offset + done, headerOctet(from + done));
        }
        final long at = (current - 1) * options.blockSize() + from + done - TftpMessage.HEADER;
        MemorySegment.copy(content, at, target, offset + done, length - done);
    }

    private byte headerOctet(int at) {
        return (byte) (((long) TftpMessage.DATA << 16 | current & 0xFFFF) >>> 8 * (TftpMessage.HEADER - 1 - at));
    }

    @Override
    boolean goesOn() {
        if (isHeld) {
            sendWindow();
            return true;
        }
        return false;
    }

    @Override
    void again() {
        if (answer != null) {
            sendPacket(answer);
        } else {
            sent = acknowledged;
            sendWindow();
        }
    }

    @Override
    void dispose() {
        // Nothing is held.
    }

    @Override
    public long octets() {
        return Math.min(acknowledged * options.blockSize(), content.byteSize());
    }
}
