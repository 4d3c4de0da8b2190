package org.weir.link;

import org.weir.base.SplitMix64;
import org.weir.memory.Pbuf;

/// Decides which frames of one direction are lost: a [LossModel] and how far it has got.
final class LossProcess {
    private final LossModel model;
    private final SplitMix64 random;
    private final FrameInspector inspector;
    private final int[] dataFrames;
    private final boolean looksInside;
    private boolean hasBegun;
    private long firstNs;
    private boolean isBad;
    private int dataSeen;
    private int nextChosen;

    LossProcess(LossModel model, SplitMix64 random, FrameInspector inspector) {
        this.model = model;
        this.random = random;
        this.inspector = inspector;
        this.dataFrames =
                model.dataFrames().stream().mapToInt(Integer::intValue).toArray();
        this.looksInside = dataFrames.length > 0 || model.acknowledgments() > 0;
    }

    /// True if `frame` (borrowed), which comes at `nowNs`, is lost.
    boolean takes(Pbuf frame, long nowNs) {
        if (!hasBegun) {
            hasBegun = true;
            firstNs = nowNs;
        }
        // What has a state follows every frame, whatever happens to it.
        final boolean burst = inBurst();
        final boolean chosen = looksInside && isChosen(frame);
        return chosen
                || burst
                || model.blackout().covers(nowNs - firstNs)
                || model.longestFrame() > 0 && frame.totalLength() > model.longestFrame()
                || happens(model.share());
    }

    private boolean inBurst() {
        final LossModel.Burst burst = model.burst();
        if (burst.begin() == 0) {
            return false;
        }
        isBad = isBad ? !random.chance(burst.end()) : random.chance(burst.begin());
        return isBad && random.chance(burst.share());
    }

    private boolean isChosen(Pbuf frame) {
        final int payload = inspector.tcpPayload(frame);
        if (payload == 0) {
            return happens(model.acknowledgments());
        }
        if (payload < 0 || nextChosen == dataFrames.length) {
            return false;
        }
        dataSeen++;
        if (dataSeen != dataFrames[nextChosen]) {
            return false;
        }
        nextChosen++;
        return true;
    }

    private boolean happens(double share) {
        return share > 0 && random.chance(share);
    }
}
