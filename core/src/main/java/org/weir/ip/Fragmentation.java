package org.weir.ip;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;
import org.weir.memory.ChecksumState;
import org.weir.memory.Headroom;
import org.weir.memory.PacketQueue;
import org.weir.memory.Pbuf;
import org.weir.memory.PbufPool;
import org.weir.wire.Ipv4Header;

/// Cuts datagrams that are longer than a link carries, RFC 791 section 3.2. Payload is shared, not copied; each
/// fragment gets a header of its own.
///
/// ```text
///   [IP] -> payload of 4,000    becomes    [IP, more] -> 1,480    [IP, more] -> 1,480    [IP] -> 1,040
/// ```
final class Fragmentation {
    private static final int OPTIONS = 40;
    private static final int END_OF_OPTIONS = 0;
    private static final int NO_OPERATION = 1;
    private static final int COPIED = 0x80;
    private static final int OFFSET_MASK = 0x1FFF;

    private final PbufPool pool;
    private final Ipv4Header header = new Ipv4Header();
    private final PacketQueue fragments = new PacketQueue();
    /// The options that every fragment bears, for those behind the first.
    private final MemorySegment copied = MemorySegment.ofArray(new byte[OPTIONS]);

    private int copiedLength;

    Fragmentation(PbufPool pool) {
        this.pool = pool;
    }

    /// In how many fragments `payload` octets go behind headers of `headerLength` octets over a link of `mtu`: 1 if
    /// they need not be cut, and sometimes one more than there will be.
    static int count(int payload, int headerLength, int mtu) {
        return payload <= mtu - headerLength ? 1 : Math.ceilDiv(payload, most(headerLength, mtu));
    }

    /// What one fragment carries: whole units, since the next one begins at one.
    static int most(int headerLength, int mtu) {
        return (mtu - headerLength) / Ipv4Header.FRAGMENT_UNIT * Ipv4Header.FRAGMENT_UNIT;
    }

    /// Takes `packet`, which starts with its IP header and is longer than `mtu`, and gives its fragments in order,
    /// which the caller takes off the queue. If buffers do not suffice for all of them there are none.
    PacketQueue cut(Pbuf packet, int mtu) {
        if (packet.checksumState() == ChecksumState.PARTIAL) {
            PacketChecksum.complete(packet);
        }
        final int headerLength = header.at(packet.segment(), packet.offset()).headerLength();
        final Pbuf rest = withHeaderBuffer(packet, headerLength);
        if (rest != null) {
            collectCopied(rest);
            if (!takeAll(rest, mtu)) {
                fragments.clear();
            }
        }
        return fragments;
    }

    /// Takes `packet` and gives it with its header in a buffer alone; null if there is none.
    private @Nullable Pbuf withHeaderBuffer(Pbuf packet, int headerLength) {
        final Pbuf head = pool.take(Headroom.LINK, headerLength);
        if (head == null) {
            packet.release();
            return null;
        }
        packet.copyTo(0, head.segment(), head.offset(), headerLength);
        packet.strip(headerLength);
        head.chain(packet);
        return head;
    }

    /// Takes `rest`, of which the first buffer is the header, and queues it piece by piece. False if buffers do not
    /// suffice; `rest` is then released, and some pieces are in the queue.
    private boolean takeAll(Pbuf rest, int mtu) {
        header.at(rest.segment(), rest.offset());
        final int flagsAndOffset = header.flagsAndFragmentOffset();
        int offset = flagsAndOffset & OFFSET_MASK;
        while (rest.totalLength() > mtu) {
            final int size = most(rest.length(), mtu);
            final Pbuf piece = pool.take(Headroom.LINK, rest.length());
            if (piece == null || !takeFirst(rest, piece, size)) {
                rest.release();
                return false;
            }
            seal(piece, Ipv4Header.MORE_FRAGMENTS | offset);
            fragments.add(piece);
            if (fragments.size() == 1) {
                shorten(rest);
            }
            offset += size / Ipv4Header.FRAGMENT_UNIT;
        }
        seal(rest, flagsAndOffset & Ipv4Header.MORE_FRAGMENTS | offset);
        fragments.add(rest);
        return true;
    }

    /// Moves the first `size` octets behind the header of `rest` to `piece`, behind the same header. If that fails
    /// `piece` is released.
    private boolean takeFirst(Pbuf rest, Pbuf piece, int size) {
        MemorySegment.copy(rest.segment(), rest.offset(), piece.segment(), piece.offset(), rest.length());
        if (!pool.move(rest, piece, size)) {
            piece.release();
            return false;
        }
        return true;
    }

    private void seal(Pbuf fragment, int flagsAndOffset) {
        fragment.checksumState(ChecksumState.VERIFIED);
        header.at(fragment.segment(), fragment.offset())
                .totalLength(fragment.totalLength())
                .flagsAndFragmentOffset(flagsAndOffset)
                .sealChecksum();
    }

    // ---- options ----

    /// Collects the options of the header of `packet` that are to be in every fragment: RFC 791 section 3.1.
    private void collectCopied(Pbuf packet) {
        copiedLength = 0;
        int at = Ipv4Header.LENGTH;
        while (at < packet.length() && octet(packet, at) != END_OF_OPTIONS) {
            final int kind = octet(packet, at);
            final int most = packet.length() - at;
            final int size = kind == NO_OPERATION || most == 1 ? 1 : Math.clamp(octet(packet, at + 1), 1, most);
            if ((kind & COPIED) != 0) {
                MemorySegment.copy(packet.segment(), packet.offset() + at, copied, copiedLength, size);
                copiedLength += size;
            }
            at += size;
        }
        while (copiedLength % Integer.BYTES != 0) {
            copied.set(ValueLayout.JAVA_BYTE, copiedLength++, (byte) END_OF_OPTIONS);
        }
    }

    private static int octet(Pbuf packet, int at) {
        return packet.segment().get(ValueLayout.JAVA_BYTE, packet.offset() + at) & 0xFF;
    }

    /// Leaves the header of `rest`, of which the first fragment has been taken, the options that are copied.
    private void shorten(Pbuf rest) {
        final int surplus = rest.length() - Ipv4Header.LENGTH - copiedLength;
        if (surplus == 0) {
            return;
        }
        MemorySegment.copy(rest.segment(), rest.offset(), rest.segment(), rest.offset() + surplus, Ipv4Header.LENGTH);
        rest.strip(surplus);
        header.at(rest.segment(), rest.offset()).begin(rest.length());
        MemorySegment.copy(copied, 0, rest.segment(), rest.offset() + Ipv4Header.LENGTH, copiedLength);
    }
}
