package org.weir.link;

/// The slowest wire of one direction and the queue in front of it.
///
/// @param bitsPerSecond rate at which octets of frames leave; 0 for no limit, and then nothing waits
/// @param queueLimit frames that wait for the wire at most, the one on it included
/// @param markAbove frames in the queue above which those that enter are marked "congestion experienced" if they are
/// ECN-capable (RFC 3168 section 5); [#NEVER] if none are
/// @param ownQueue true if the queue is the sender's own, which is told how much room it has and waits; false if it is
/// that of a router further on, which drops what does not fit
public record Bottleneck(long bitsPerSecond, int queueLimit, int markAbove, boolean ownQueue) {
    /// For [#markAbove].
    public static final int NEVER = Integer.MAX_VALUE;

    /// No bottleneck.
    public static final Bottleneck NONE = new Bottleneck(0, 1_000, NEVER, true);

    public Bottleneck {
        if (bitsPerSecond < 0 || queueLimit < 1 || markAbove < 0) {
            throw new IllegalArgumentException("a bottleneck of " + bitsPerSecond + " bit/s with a queue of "
                    + queueLimit + " frames that marks above " + markAbove
                    + ": nothing must be negative, the queue limit not 0");
        }
    }

    /// A slow device of the sender: it waits for room in the queue.
    public static Bottleneck device(long bitsPerSecond, int queueLimit) {
        return new Bottleneck(bitsPerSecond, queueLimit, NEVER, true);
    }

    /// A router somewhere on the path, which drops what does not fit its queue.
    public static Bottleneck router(long bitsPerSecond, int queueLimit) {
        return new Bottleneck(bitsPerSecond, queueLimit, NEVER, false);
    }

    public Bottleneck withMarking(int frames) {
        return new Bottleneck(bitsPerSecond, queueLimit, frames, ownQueue);
    }
}
