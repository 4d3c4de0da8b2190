package org.weir.testkit.torture;

import org.weir.base.SplitMix64;
import org.weir.time.StackClock;

/// How the application at one end of a connection behaves.
///
/// @param door which interface it uses
/// @param octets that it sends before it ends its output
/// @param longestWrite octets of one write at most
/// @param longestRead octets of one read at most
/// @param writePauses share of writes after which it pauses, 0 to 1
/// @param readPauses share of reads after which it pauses, 0 to 1
/// @param longestPauseNs how long a pause is at most
/// @param endsEarly true if it ends its output once all is sent; false if it waits for the end of its input first
/// @param noDelay switches Nagle's algorithm off
/// @param quit how it leaves before everything is done
/// @param quitAfter octets sent and received after which it does
record EndPlan(
        Door door,
        int octets,
        int longestWrite,
        int longestRead,
        double writePauses,
        double readPauses,
        long longestPauseNs,
        boolean endsEarly,
        boolean noDelay,
        Quit quit,
        int quitAfter) {
    private static final int LONGEST = 64 * 1024;
    /// Single octets come often enough where up to so many are written or read at once.
    private static final int LEAST = 16;

    /// The interfaces of the stack.
    enum Door {
        /// The raw interface; data is copied both ways.
        RAW,
        /// The raw interface; data is written into pages of the stack and read where it lies.
        RAW_PAGES,
        /// The raw interface; data is sent by reference.
        RAW_REFERENCE,
        /// The BSD-like sockets.
        SOCKETS
    }

    /// How an application leaves early.
    enum Quit {
        /// It does not.
        NEVER,
        /// It closes without reading what comes.
        CLOSE,
        /// It resets the connection; through sockets, which cannot, it closes.
        ABORT
    }

    static EndPlan random(SplitMix64 random, int mostOctets, boolean endsEarly) {
        final boolean leaves = random.chance(0.08);
        return new EndPlan(
                pick(random, Door.values()),
                octets(random, mostOctets),
                Math.max(LEAST, atMost(random, LONGEST)),
                Math.max(LEAST, atMost(random, LONGEST)),
                random.chance(0.5) ? 0 : random.nextInt(50) / 100.0,
                random.chance(0.5) ? 0 : random.nextInt(50) / 100.0,
                random.chance(0.05) ? 30 * StackClock.SECOND : atMost(random, 2_000) * StackClock.MILLISECOND,
                endsEarly,
                random.chance(0.5),
                leaves ? pick(random, Quit.CLOSE, Quit.ABORT) : Quit.NEVER,
                leaves ? random.nextInt(mostOctets) : 0);
    }

    private static int octets(SplitMix64 random, int most) {
        if (random.chance(0.1)) {
            return 0;
        }
        return random.chance(0.5) ? random.nextInt(most) : atMost(random, most);
    }

    /// 1 to `most`, each order of magnitude as likely as the others.
    static int atMost(SplitMix64 random, int most) {
        final int bits = 32 - Integer.numberOfLeadingZeros(most);
        return 1 + random.nextInt(Math.min(most, 1 << random.nextInt(bits + 1)));
    }

    @SafeVarargs
    static <T> T pick(SplitMix64 random, T... values) {
        return values[random.nextInt(values.length)];
    }
}
