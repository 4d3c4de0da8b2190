package org.weir.filter;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.weir.base.Owner;
import org.weir.link.DropReason;
import org.weir.memory.Pbuf;
import org.weir.time.StackClock;
import org.weir.wire.Ipv4Header;

/// The filter of a stack, if it has one, and asking it: one for all layers.
///
/// A layer looks at [#sees] or its like before it asks: while no filter is there, or none that wants to know,
/// that is one load.
public final class Filters {
    private final StackClock clock;
    private final Owner owner;
    private final FilterEvent event = new FilterEvent();
    private final Ipv4Header header = new Ipv4Header();
    private @Nullable PacketFilter filter;
    private FilterMask mask = FilterMask.NONE;
    private int packetHooks;
    private int linkHooks;

    private boolean rejected;
    private long asked;
    private long refused;
    private long failures;
    private @Nullable Throwable lastFailure;

    public Filters(StackClock clock, Owner owner) {
        this.clock = clock;
        this.owner = owner;
    }

    /// Asks `judge` from now on, in place of any other, about what `wanted` says.
    public void install(PacketFilter judge, FilterMask wanted) {
        owner.check();
        filter = judge;
        mask = wanted;
        packetHooks = wanted.ofPackets();
        linkHooks = wanted.of(FilterProtocol.LINK);
    }

    /// Asks nobody any more.
    public void remove() {
        owner.check();
        filter = null;
        mask = FilterMask.NONE;
        packetHooks = 0;
        linkHooks = 0;
    }

    // ---- for layers ----

    /// True if the filter may want to know of `hook`, which is not about frames.
    public boolean sees(FilterHook hook) {
        return (packetHooks & hook.bit()) != 0;
    }

    /// True if the filter may want to know of frames.
    public boolean seesFrames() {
        return linkHooks != 0;
    }

    /// Asks about `packet` (borrowed), which starts with an IP header that is whole, and which came by `in` or
    /// leaves by `out`.
    ///
    /// @return null if it goes on, else what its drop counts as
    public @Nullable DropReason refusalOf(FilterHook hook, Pbuf packet, @Nullable String in, @Nullable String out) {
        final FilterProtocol protocol =
                FilterProtocol.of(header.at(packet.segment(), packet.offset()).protocol());
        if (!mask.contains(protocol, hook)) {
            return null;
        }
        event.packet(hook, protocol, packet);
        event.interfaces(in, out);
        return ask();
    }

    /// Asks about `frame` (borrowed), which starts with its Ethernet header.
    ///
    /// @return null if it goes on, else what its drop counts as
    public @Nullable DropReason refusalOfFrame(FilterHook hook, Pbuf frame, String name) {
        if (!mask.contains(FilterProtocol.LINK, hook)) {
            return null;
        }
        event.frame(hook, frame);
        event.interfaces(hook == FilterHook.INPUT ? name : null, hook == FilterHook.OUTPUT ? name : null);
        return ask();
    }

    /// Asks about an endpoint with these ends, IPv4 addresses (mapped); 0 for what it does not have.
    ///
    /// @return null if it goes on, else what the drop of a packet that asked for it counts as
    public @Nullable DropReason refusalOf(
            FilterHook hook, FilterProtocol protocol, long localLow, int localPort, long peerLow, int peerPort) {
        if (!mask.contains(protocol, hook)) {
            return null;
        }
        event.endpoint(hook, protocol);
        event.local(localLow, localPort);
        event.peer(peerLow, peerPort);
        return ask();
    }

    /// As above, of what has happened already.
    public void tell(
            FilterHook hook, FilterProtocol protocol, long localLow, int localPort, long peerLow, int peerPort) {
        refusalOf(hook, protocol, localLow, localPort, peerLow, peerPort);
    }

    /// True if the last thing that was refused is to be told to whoever sent it.
    public boolean isRejected() {
        return rejected;
    }

    private @Nullable DropReason ask() {
        final FilterHook hook = event.subject();
        final FilterVerdict verdict = verdict();
        if (verdict == FilterVerdict.ACCEPT || !hook.asks()) {
            return null;
        }
        rejected = verdict == FilterVerdict.REJECT;
        refused++;
        return verdict == null ? DropReason.FILTER_FAILED : reason(hook);
    }

    /// What the filter says; null if it says nothing.
    private @Nullable FilterVerdict verdict() {
        final PacketFilter judge = Objects.requireNonNull(filter);
        asked++;
        owner.suspend();
        event.open(clock.nowNs());
        try {
            return said(judge.filter(event));
        } catch (Throwable e) { // even an Error: the packet at hand must not be forgotten
            failures++;
            lastFailure = e;
            return null;
        } finally {
            event.end();
            owner.resume();
        }
    }

    private static FilterVerdict said(@Nullable FilterVerdict verdict) {
        if (verdict == null) {
            throw new NullPointerException("the filter gave no verdict");
        }
        return verdict;
    }

    private DropReason reason(FilterHook hook) {
        if (event.isFrame()) {
            return DropReason.FILTER_LINK;
        }
        return switch (hook) {
            case INPUT -> DropReason.FILTER_INPUT;
            case OUTPUT -> DropReason.FILTER_OUTPUT;
            case FORWARD -> DropReason.FILTER_FORWARD;
            case BINDING,
                    DISSOCIATING,
                    LISTENING,
                    STOP_LISTENING,
                    CONNECTING,
                    ACCEPTING,
                    CLOSE_WAIT,
                    REMOTE_RESET,
                    CLOSED,
                    ADDRESS_UNREACHABLE,
                    PORT_UNREACHABLE -> DropReason.FILTER_ENDPOINT;
        };
    }

    // ---- for display ----

    /// Events that a filter was asked about or told of.
    public long asked() {
        return asked;
    }

    /// Events that it refused, or failed at.
    public long refused() {
        return refused;
    }

    /// Calls that threw an exception or gave no verdict.
    public long failures() {
        return failures;
    }

    /// What the last of these threw; null if there was none.
    public @Nullable Throwable lastFailure() {
        return lastFailure;
    }
}
