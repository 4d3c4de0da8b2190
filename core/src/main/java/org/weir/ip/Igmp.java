package org.weir.ip;

import org.jspecify.annotations.Nullable;
import org.weir.base.Entropy;
import org.weir.link.DropCounters;
import org.weir.link.DropReason;
import org.weir.memory.ChecksumState;
import org.weir.memory.Pbuf;
import org.weir.time.StackClock;
import org.weir.time.Timer;
import org.weir.time.TimerWheel;
import org.weir.wire.IgmpGroupRecord;
import org.weir.wire.IgmpHeader;
import org.weir.wire.IpAddress;

/// IGMPv3 for hosts, RFC 3376 section 5: tells routers which groups and sources are heard here, when that changes and
/// when they ask; to older routers as an older host (section 7.2).
///
/// Nothing is told of 224.0.0.1, nor on the loopback.
public final class Igmp {
    static final int VERSION_1 = 1;
    static final int VERSION_2 = 2;
    static final int VERSION_3 = 3;

    private static final long TENTH_NS = StackClock.SECOND / 10;
    /// In version 1, whose queries do not say it: RFC 3376 section 4.1.1 and RFC 2236 section 4.
    private static final long VERSION_1_RESPONSE_NS = 10 * StackClock.SECOND;
    /// Reports of a change follow each other within this time, section 8.11; in the older versions RFC 2236 section
    /// 8.10.
    private static final long REPEAT_NS = StackClock.SECOND;

    private static final long OLD_REPEAT_NS = 10 * StackClock.SECOND;

    private final Multicast multicast;
    private final TimerWheel timers;
    private final StackClock clock;
    private final DropCounters drops;
    private final Entropy entropy;
    private final IgmpOutput output;
    private final IgmpHeader header = new IgmpHeader();
    private final SourceFilter state;
    private final SourceList answered = new SourceList(MulticastGroup.ASKED_SOURCES);
    private long queriesReceived;

    /// `sources` bounds the merged filter of a group.
    Igmp(Ipv4 ipv4, Multicast multicast, int sources) {
        this.multicast = multicast;
        timers = ipv4.resources().timers();
        clock = ipv4.clock();
        drops = ipv4.drops();
        entropy = ipv4.resources().entropy();
        output = new IgmpOutput(ipv4);
        state = new SourceFilter(sources);
    }

    /// Set-up: before anything is asked of `netif`.
    void attach(Netif netif) {
        netif.igmp(new IgmpInterface(netif, this));
    }

    /// Says nothing more on `netif`.
    void detach(Netif netif) {
        final IgmpInterface on = on(netif);
        timers.disarm(on.generalAnswer);
        timers.disarm(on.version1Querier);
        timers.disarm(on.version2Querier);
    }

    private IgmpInterface on(Netif netif) {
        return netif.igmp();
    }

    /// Queries that were believed.
    public long queriesReceived() {
        return queriesReceived;
    }

    /// Reports and leaves that were sent.
    public long reportsSent() {
        return output.reportsSent();
    }

    /// The version that is spoken on `netif`: 3, or that of an older querier.
    public int version(Netif netif) {
        return on(netif).version();
    }

    // ---- changes: section 5.1 ----

    /// The filter of the interface for `g` has changed, or perhaps not.
    void changed(MulticastGroup g, SourceFilter before, SourceFilter after) {
        final Netif netif = g.netif;
        if (netif == null || netif.isLoopback() || g.address == IgmpHeader.ALL_SYSTEMS) {
            return;
        }
        final IgmpInterface on = on(netif);
        if (on.version() < VERSION_3) {
            changedForOldQuerier(g, on, before, after);
        } else if (setChange(g, before, after)) {
            g.reportsLeft = on.robustness;
            report(g, on);
        }
    }

    /// What the records of a change are to say: the sources that it has let in or shut out, or the whole state if
    /// the mode has changed, or another change has not been told often enough. Returns whether anything has
    /// changed.
    private static boolean setChange(MulticastGroup g, SourceFilter before, SourceFilter after) {
        if (before.isSameAs(after)) {
            return false;
        }
        g.changed.clear();
        g.changeType = 0;
        if (before.excludes == after.excludes && g.reportsLeft == 0) {
            addMissing(g.changed, before.sources, after.sources);
            addMissing(g.changed, after.sources, before.sources);
            final boolean isHeard = after.passes(g.changed.get(0));
            g.changeType = isHeard ? IgmpGroupRecord.ALLOW_NEW_SOURCES : IgmpGroupRecord.BLOCK_OLD_SOURCES;
        }
        return true;
    }

    /// Adds to `target` what is in `of` but not in `than`. One membership changes one way, by its own sources at
    /// most.
    private static void addMissing(SourceList target, SourceList than, SourceList of) {
        for (int i = 0; i < of.size(); i++) {
            if (!than.contains(of.get(i))) {
                target.add(of.get(i));
            }
        }
    }

    private void changedForOldQuerier(MulticastGroup g, IgmpInterface on, SourceFilter before, SourceFilter after) {
        if (before.isClosed() && !after.isClosed()) {
            g.reportsLeft = on.robustness;
            report(g, on);
        } else if (!before.isClosed() && after.isClosed()) {
            final boolean tellsRouters = on.version() == VERSION_2 && g.reportedLast;
            cancel(g);
            if (tellsRouters) {
                output.sendOld(on.netif, IgmpHeader.V2_LEAVE_GROUP, g.address, IgmpHeader.ALL_ROUTERS);
            }
        }
    }

    /// The time for another report of the last change has come.
    void reportAgain(MulticastGroup g) {
        if (g.netif != null) {
            report(g, on(g.netif));
            multicast.forgetIfDone(g);
        }
    }

    private void report(MulticastGroup g, IgmpInterface on) {
        if (on.version() < VERSION_3) {
            reportOld(g, on);
        } else if (g.changeType != 0) {
            output.record(on.netif, g.changeType, g.address, g.changed);
            output.flush(on.netif);
        } else {
            g.merge(state);
            final int type =
                    state.excludes ? IgmpGroupRecord.CHANGE_TO_EXCLUDE_MODE : IgmpGroupRecord.CHANGE_TO_INCLUDE_MODE;
            output.record(on.netif, type, g.address, state.sources);
            output.flush(on.netif);
        }
        g.reportsLeft--;
        if (g.reportsLeft > 0) {
            arm(g.report, on.version() < VERSION_3 ? OLD_REPEAT_NS : REPEAT_NS);
        }
    }

    private void reportOld(MulticastGroup g, IgmpInterface on) {
        final int type = on.version() == VERSION_1 ? IgmpHeader.V1_MEMBERSHIP_REPORT : IgmpHeader.V2_MEMBERSHIP_REPORT;
        output.sendOld(on.netif, type, g.address, g.address);
        g.reportedLast = true;
    }

    /// Nothing is left to be said about `g`.
    void cancel(MulticastGroup g) {
        timers.disarm(g.report);
        timers.disarm(g.answer);
        g.reportsLeft = 0;
        g.asked.clear();
        g.reportedLast = false;
    }

    // ---- in ----

    /// Takes a received message.
    void process(Pbuf message, Datagram datagram) {
        final DropReason fault = faultOf(message, datagram);
        if (fault != null) {
            drops.drop(message, fault);
            return;
        }
        final IgmpInterface on = on(datagram.netif());
        if (header.type() == IgmpHeader.MEMBERSHIP_QUERY) {
            queriesReceived++;
            processQuery(on, message.length());
        } else {
            suppress(on, header.group());
        }
        message.release();
    }

    private @Nullable DropReason faultOf(Pbuf message, Datagram datagram) {
        if (!IgmpHeader.fits(message.length())) {
            return DropReason.IGMP_MALFORMED;
        }
        if (message.checksumState() == ChecksumState.UNKNOWN && PacketChecksum.sum(message, 0) != 0xFFFF) {
            return DropReason.IGMP_BAD_CHECKSUM;
        }
        header.at(message.segment(), message.offset());
        return switch (header.type()) {
            case IgmpHeader.MEMBERSHIP_QUERY ->
                isWhole(message.length()) ? disbelief(message.length(), datagram) : DropReason.IGMP_MALFORMED;
            case IgmpHeader.V1_MEMBERSHIP_REPORT, IgmpHeader.V2_MEMBERSHIP_REPORT -> null;
            default -> DropReason.IGMP_IGNORED;
        };
    }

    private boolean isWhole(int length) {
        if (header.group() != 0 && !IpAddress.isMulticast(header.group())) {
            return false;
        }
        return length == IgmpHeader.LENGTH
                || length >= IgmpHeader.QUERY_LENGTH
                        && header.sources() <= (length - IgmpHeader.QUERY_LENGTH) / Integer.BYTES;
    }

    /// Why a query may come from elsewhere than a router of this network, sections 4 and 9.1; null if it may not.
    private @Nullable DropReason disbelief(int length, Datagram datagram) {
        final boolean isVersion1 = length == IgmpHeader.LENGTH && header.code() == 0;
        final int destination = IpAddress.ipv4(datagram.destinationLow());
        final boolean isGeneral = header.group() == 0;
        final boolean isElsewhere = IpAddress.isMulticast(destination)
                ? destination != (isGeneral ? IgmpHeader.ALL_SYSTEMS : header.group())
                : !datagram.netif().hasAddress(destination);
        final boolean isBelieved =
                datagram.timeToLive() == 1 && !isElsewhere && (isVersion1 || datagram.hasRouterAlert());
        return isBelieved ? null : DropReason.IGMP_IGNORED;
    }

    /// Another host has reported a group. In the older versions one report for each group is enough: RFC 2236
    /// section 3.
    private void suppress(IgmpInterface on, int group) {
        final MulticastGroup g = multicast.find(on.netif, group);
        if (g != null && on.version() < VERSION_3) {
            timers.disarm(g.answer);
            g.reportedLast = false;
        }
    }

    // ---- queries: section 5.2 ----

    private void processQuery(IgmpInterface on, int length) {
        final long responseNs = responseNs(length);
        if (length >= IgmpHeader.QUERY_LENGTH) {
            on.adopt(header.robustness(), IgmpHeader.decoded(header.queryIntervalCode()));
        } else {
            final Timer querier = header.code() == 0 ? on.version1Querier : on.version2Querier;
            timers.arm(querier, clock.nowNs() + on.olderQuerierNs(responseNs));
            updateVersion(on);
        }
        if (on.version() < VERSION_3) {
            scheduleOld(on, header.group(), responseNs);
        } else if (header.group() == 0) {
            scheduleGeneral(on, responseNs);
        } else {
            final MulticastGroup g = multicast.find(on.netif, header.group());
            if (g != null) {
                schedule(g, on, responseNs);
            }
        }
    }

    private long responseNs(int length) {
        if (length >= IgmpHeader.QUERY_LENGTH) {
            return IgmpHeader.decoded(header.code()) * TENTH_NS;
        }
        return header.code() == 0 ? VERSION_1_RESPONSE_NS : header.code() * TENTH_NS;
    }

    /// Another version than before is spoken: what was about to be said in that one is not (section 7.2.1).
    void updateVersion(IgmpInterface on) {
        if (on.version() == on.spoken) {
            return;
        }
        on.spoken = on.version();
        timers.disarm(on.generalAnswer);
        for (int i = multicast.next(on.netif, 0); i >= 0; i = multicast.next(on.netif, i + 1)) {
            final MulticastGroup g = multicast.group(i);
            cancel(g);
            multicast.forgetIfDone(g);
        }
    }

    private void scheduleOld(IgmpInterface on, int group, long responseNs) {
        for (int i = multicast.next(on.netif, 0); i >= 0; i = multicast.next(on.netif, i + 1)) {
            final MulticastGroup g = multicast.group(i);
            if ((group == 0 || group == g.address) && isReported(g)) {
                armSooner(g.answer, responseNs);
            }
        }
    }

    /// RFC 2236 section 3: a timer that runs is set anew only if it might run for longer than is asked now.
    private void armSooner(Timer timer, long responseNs) {
        if (!timer.isArmed() || timer.deadlineNs() - clock.nowNs() > responseNs) {
            arm(timer, responseNs);
        }
    }

    private void scheduleGeneral(IgmpInterface on, long responseNs) {
        timers.armNoLater(on.generalAnswer, clock.nowNs() + delay(responseNs));
    }

    /// Rules 1 and 3 to 5 for a query about one group, or some sources of it.
    private void schedule(MulticastGroup g, IgmpInterface on, long responseNs) {
        final long dueNs = clock.nowNs() + delay(responseNs);
        if (on.generalAnswer.isArmed() && on.generalAnswer.deadlineNs() - dueNs <= 0) {
            return;
        }
        final boolean aboutAll = g.answer.isArmed() && g.asked.isEmpty();
        if (aboutAll || header.sources() == 0) {
            g.asked.clear();
        } else {
            remember(g.asked);
        }
        timers.armNoLater(g.answer, dueNs);
    }

    /// Adds the sources of the query. More than can be kept are answered for as the whole group is: section 9.1.
    private void remember(SourceList asked) {
        for (int i = 0; i < header.sources(); i++) {
            if (asked.isFull() && !asked.contains(header.source(i))) {
                asked.clear();
                return;
            }
            asked.add(header.source(i));
        }
    }

    private boolean isReported(MulticastGroup g) {
        return g.hasMembers() && g.address != IgmpHeader.ALL_SYSTEMS;
    }

    // ---- answers ----

    void answerGeneral(IgmpInterface on) {
        for (int i = multicast.next(on.netif, 0); i >= 0; i = multicast.next(on.netif, i + 1)) {
            final MulticastGroup g = multicast.group(i);
            if (isReported(g)) {
                recordState(g, on);
            }
        }
        output.flush(on.netif);
    }

    /// The time to answer a query about `g` has come.
    void answer(MulticastGroup g) {
        if (g.netif == null) {
            return;
        }
        final IgmpInterface on = on(g.netif);
        if (on.version() < VERSION_3) {
            reportOld(g, on);
        } else if (isReported(g)) {
            if (g.asked.isEmpty()) {
                recordState(g, on);
            } else {
                recordAsked(g, on);
            }
            output.flush(on.netif);
        }
        g.asked.clear();
    }

    private void recordState(MulticastGroup g, IgmpInterface on) {
        g.merge(state);
        final int type = state.excludes ? IgmpGroupRecord.MODE_IS_EXCLUDE : IgmpGroupRecord.MODE_IS_INCLUDE;
        output.record(on.netif, type, g.address, state.sources);
    }

    /// Those of the sources asked for that are heard.
    private void recordAsked(MulticastGroup g, IgmpInterface on) {
        answered.clear();
        for (int i = 0; i < g.asked.size(); i++) {
            if (g.passes(g.asked.get(i))) {
                answered.add(g.asked.get(i));
            }
        }
        if (!answered.isEmpty()) {
            output.record(on.netif, IgmpGroupRecord.MODE_IS_INCLUDE, g.address, answered);
        }
    }

    // ---- time ----

    private void arm(Timer timer, long withinNs) {
        timers.arm(timer, clock.nowNs() + delay(withinNs));
    }

    /// A random time above 0 and up to `mostNs`, so that not all hosts speak at once.
    private long delay(long mostNs) {
        return mostNs == 0 ? 0 : 1 + (entropy.next() >>> 1) % mostNs;
    }
}
