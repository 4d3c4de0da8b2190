package org.weir.link;

import java.util.List;

/// Which frames of one direction a fault injector loses. The kinds are independent: a frame is lost if one of them
/// strikes.
///
/// @param share share of all frames, 0 to 1, each by itself
/// @param acknowledgments share of TCP segments without payload, 0 to 1: pure acknowledgments, but also SYN, FIN and
/// RST
/// @param burst losses that come in groups
/// @param blackout times in which nothing passes
/// @param longestFrame octets of the longest frame that passes, link header included; 0 for no limit. Nobody is told
/// of the others, as behind a router that sends no ICMP
/// @param dataFrames which TCP segments with payload are lost, counted from 1 as they come; ascending
public record LossModel(
        double share,
        double acknowledgments,
        Burst burst,
        Blackout blackout,
        int longestFrame,
        List<Integer> dataFrames) {
    /// Nothing is lost.
    public static final LossModel NONE = new LossModel(0, 0, Burst.NONE, Blackout.NONE, 0, List.of());

    public LossModel {
        Shares.check("loss", share);
        Shares.check("loss of acknowledgments", acknowledgments);
        if (longestFrame < 0) {
            throw new IllegalArgumentException("longest frame of " + longestFrame + " octets is negative");
        }
        dataFrames = List.copyOf(dataFrames);
        int before = 0;
        for (final int number : dataFrames) {
            if (number <= before) {
                throw new IllegalArgumentException("data frames " + dataFrames + " are not ascending from 1");
            }
            before = number;
        }
    }

    public LossModel withShare(double ofAll) {
        return new LossModel(ofAll, acknowledgments, burst, blackout, longestFrame, dataFrames);
    }

    public LossModel withAcknowledgments(double ofThem) {
        return new LossModel(share, ofThem, burst, blackout, longestFrame, dataFrames);
    }

    public LossModel withBurst(Burst groups) {
        return new LossModel(share, acknowledgments, groups, blackout, longestFrame, dataFrames);
    }

    public LossModel withBlackout(Blackout times) {
        return new LossModel(share, acknowledgments, burst, times, longestFrame, dataFrames);
    }

    public LossModel withLongestFrame(int octets) {
        return new LossModel(share, acknowledgments, burst, blackout, octets, dataFrames);
    }

    public LossModel withDataFrames(List<Integer> numbers) {
        return new LossModel(share, acknowledgments, burst, blackout, longestFrame, numbers);
    }

    /// The model of Gilbert and Elliott: the path is good or bad, each frame may change that, and only a bad one
    /// loses.
    ///
    /// @param begin chance that a frame finds the path turned bad, 0 to 1; a burst comes every 1 / `begin` frames
    /// @param end chance that it finds it turned good again, 0 to 1; a burst lasts 1 / `end` frames
    /// @param share share of frames that a bad path loses, 0 to 1
    public record Burst(double begin, double end, double share) {
        /// The path is always good.
        public static final Burst NONE = new Burst(0, 1, 0);

        public Burst {
            Shares.check("begin of a burst", begin);
            Shares.check("end of a burst", end);
            Shares.check("loss in a burst", share);
        }
    }

    /// Times in which every frame is lost, counted from the first frame that enters the path.
    ///
    /// @param startNs when the first begins
    /// @param lengthNs how long it lasts; 0 for none
    /// @param periodNs from the beginning of one to that of the next; 0 if there is only one
    public record Blackout(long startNs, long lengthNs, long periodNs) {
        /// Never.
        public static final Blackout NONE = new Blackout(0, 0, 0);

        public Blackout {
            if (startNs < 0 || lengthNs < 0 || periodNs < 0 || periodNs > 0 && periodNs <= lengthNs) {
                throw new IllegalArgumentException("a blackout after " + startNs + " ns, for " + lengthNs
                        + " ns, every " + periodNs + " ns: times must not be negative, and the path must come back");
            }
        }

        boolean covers(long sinceFirstNs) {
            final long sinceStartNs = sinceFirstNs - startNs;
            if (lengthNs == 0 || sinceStartNs < 0) {
                return false;
            }
            return (periodNs == 0 ? sinceStartNs : sinceStartNs % periodNs) < lengthNs;
        }
    }
}
