package org.weir.cli.capture;

import org.weir.link.Framing;

/// A frame of a capture: its first octets, and what is known of it.
public final class CapturedFrame {
    private final String interfaceName;
    private final Framing framing;
    private final boolean outbound;
    private final long epochNs;
    private final int length;
    private final byte[] octets;

    /// @param epochNs nanoseconds since 1970
    /// @param length of the whole frame
    /// @param octets as much of it as was captured; from now on of this object
    public CapturedFrame(
            String interfaceName, Framing framing, boolean outbound, long epochNs, int length, byte[] octets) {
        this.interfaceName = interfaceName;
        this.framing = framing;
        this.outbound = outbound;
        this.epochNs = epochNs;
        this.length = length;
        this.octets = octets;
    }

    public String interfaceName() {
        return interfaceName;
    }

    public Framing framing() {
        return framing;
    }

    public boolean isOutbound() {
        return outbound;
    }

    /// Nanoseconds since 1970.
    public long epochNs() {
        return epochNs;
    }

    /// Octets of the whole frame.
    public int length() {
        return length;
    }

    /// What was captured of it: not to be changed.
    public byte[] octets() {
        return octets;
    }
}
