package org.weir.esp;

import java.security.GeneralSecurityException;
import org.weir.base.HashEntry;

/// One direction of protected traffic between two hosts, RFC 4301 section 4.4.2.
public final class SecurityAssociation extends HashEntry<SecurityAssociation> {
    /// RFC 4303 section 3.3.3: without extended sequence numbers the last one.
    private static final long LAST_SEQUENCE = 0xFFFF_FFFFL;

    final int spi;
    final int source;
    final int destination;
    final EspSuite suite;
    final EspTransform transform;
    final ReplayWindow window;
    private long sequence;
    private long packets;
    private long octets;

    SecurityAssociation(int spi, int source, int destination, EspTransform transform, int replayWindow) {
        this.spi = spi;
        this.source = source;
        this.destination = destination;
        this.suite = transform.suite;
        this.transform = transform;
        this.window = new ReplayWindow(replayWindow);
    }

    /// The security parameters index, an unsigned number.
    public int spi() {
        return spi;
    }

    public EspSuite suite() {
        return suite;
    }

    /// Packets that were sent, or came in genuine.
    public long packets() {
        return packets;
    }

    /// Octets of them that are protected.
    public long octets() {
        return octets;
    }

    /// The sequence number that was used last: of what is sent, or the highest of what came in.
    public long sequence() {
        return Math.max(sequence, window.highest());
    }

    /// All sequence numbers are used up: nothing can be sent any more.
    public boolean isExhausted() {
        return sequence == LAST_SEQUENCE;
    }

    /// The next packet is to have the number `last` and 1, as after a restart that remembers it.
    ///
    /// @throws IllegalArgumentException if that is not a number of 32 bits, or less than the one used last
    public void skipTo(long last) {
        if (last < sequence || last > LAST_SEQUENCE) {
            throw new IllegalArgumentException(
                    "sequence number " + last + " is not in " + sequence + " to " + LAST_SEQUENCE);
        }
        sequence = last;
    }

    /// Protects `length` octets of text, trailer included, in `packet`. Returns octets of the whole packet.
    int seal(byte[] packet, int length) throws GeneralSecurityException {
        EspHeader.write(packet, spi, (int) ++sequence);
        count(length);
        return transform.seal(packet, length);
    }

    void count(int length) {
        packets++;
        octets += length;
    }
}
