package org.weir.cli;

import java.util.List;
import org.weir.cli.Trace.Sent;
import org.weir.wire.TcpHeader;

/// Chooses from a trace what tells the story of a transfer: how it opens, a loss and its repair, how it closes.
final class TraceReport {
    private static final int OPENING = 7;
    private static final int CLOSING = 4;
    private static final int BEFORE_REPAIR = 3;
    private static final long NS_PER_US = 1_000;

    private final List<Sent> frames;
    private final boolean[] isShown;
    private final String[] remarks;

    TraceReport(List<Sent> frames) {
        this.frames = frames;
        this.isShown = new boolean[frames.size()];
        this.remarks = new String[frames.size()];
        for (int i = 0; i < remarks.length; i++) {
            remarks[i] = frames.get(i).isLost() ? "   <-- lost" : "";
        }
        show(0, OPENING);
        chooseRepair();
        chooseEnd();
    }

    private void show(int from, int to) {
        for (int i = Math.max(0, from); i < Math.min(to, isShown.length); i++) {
            isShown[i] = true;
        }
    }

    private void chooseRepair() {
        final int lost = firstLostData();
        if (lost < 0) {
            return;
        }
        show(lost - 1, lost + 2);
        final int repair = repairOf(lost);
        if (repair < 0) {
            return;
        }
        remarks[repair] += "   <-- sent again";
        show(repair - BEFORE_REPAIR, repair + 1);
        final int acknowledgment = acknowledgmentOf(repair);
        if (acknowledgment >= 0) {
            remarks[acknowledgment] += "   <-- the hole is filled";
            show(acknowledgment, acknowledgment + 1);
        }
    }

    private int firstLostData() {
        for (int i = 0; i < frames.size(); i++) {
            if (frames.get(i).isLost() && frames.get(i).payload() > 0) {
                return i;
            }
        }
        return -1;
    }

    private int repairOf(int lost) {
        final Sent original = frames.get(lost);
        for (int i = lost + 1; i < frames.size(); i++) {
            final Sent f = frames.get(i);
            if (f.payload() > 0
                    && f.sequence() == original.sequence()
                    && f.host().equals(original.host())
                    && !f.isLost()) {
                return i;
            }
        }
        return -1;
    }

    private int acknowledgmentOf(int repair) {
        final Sent data = frames.get(repair);
        for (int i = repair + 1; i < frames.size(); i++) {
            final Sent f = frames.get(i);
            if (!f.isLost() && !f.host().equals(data.host()) && f.acknowledgment() - data.sequence() > 0) {
                return i;
            }
        }
        return -1;
    }

    private void chooseEnd() {
        for (int i = 0; i < frames.size(); i++) {
            if (frames.get(i).has(TcpHeader.FIN)) {
                show(i - 1, i + 1);
                show(frames.size() - CLOSING, frames.size());
                return;
            }
        }
    }

    /// One line for each frame that was chosen, with its time in seconds, and one for those between.
    @Override
    public String toString() {
        final StringBuilder text = new StringBuilder();
        int hidden = 0;
        for (int i = 0; i < isShown.length; i++) {
            if (!isShown[i]) {
                hidden++;
                continue;
            }
            appendHidden(text, hidden);
            hidden = 0;
            appendTime(text, frames.get(i).timeNs());
            text.append("  ").append(frames.get(i).text()).append(remarks[i]).append('\n');
        }
        appendHidden(text, hidden);
        return text.toString();
    }

    private static void appendHidden(StringBuilder text, int count) {
        if (count > 0) {
            text.append("            ... ").append(count).append(count == 1 ? " frame\n" : " frames\n");
        }
    }

    /// Seconds with six decimals.
    private static void appendTime(StringBuilder text, long timeNs) {
        final String digits = Long.toString(timeNs / NS_PER_US + 10_000_000);
        final int point = digits.length() - 6;
        text.append(digits, 1, point).append('.').append(digits, point, digits.length());
    }
}
