package org.weir.cli.manage;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.weir.cli.capture.CaptureCounts;
import org.weir.cli.capture.CaptureFilter;
import org.weir.cli.capture.CapturedFrame;
import org.weir.cli.capture.FrameView;
import org.weir.ip.Netif;
import org.weir.memory.Pbuf;
import org.weir.packet.FrameKind;
import org.weir.packet.PacketEndpoint;
import org.weir.stack.Stack;

/// One capture: a packet endpoint of the stack, the filter, and a queue from the stack's thread to the one that writes.
///
/// The queue has an end, in frames and in octets: a frame that finds it full is dropped and counted, so that a slow
/// reader costs the stack nothing but copies.
final class FrameCapture {
    private static final int FRAMES = 16_384;
    private static final int OCTETS = 8 << 20;
    private static final int ENDPOINT_OCTETS = 1 << 20;

    private final ManagedHost host;
    private final CaptureFilter filter;
    private final int snapLength;
    private final @Nullable String interfaceName;
    private final BlockingQueue<CapturedFrame> queue = new ArrayBlockingQueue<>(FRAMES);
    private final AtomicInteger queuedOctets = new AtomicInteger();

    // Of the stack's thread.
    private final FrameView view = new FrameView();
    private @Nullable PacketEndpoint endpoint;
    private List<Netif> netifs = List.of();
    private long accepted;
    private long dropped;

    /// @param interfaceName null for all
    FrameCapture(ManagedHost host, CaptureFilter filter, int snapLength, @Nullable String interfaceName) {
        this.host = host;
        this.filter = filter;
        this.snapLength = snapLength;
        this.interfaceName = interfaceName;
    }

    /// Begins, and returns the interfaces that are seen.
    ///
    /// @throws RequestException if there is no such interface, or no endpoint is free
    List<Netif> begin() throws RequestException {
        final String failure = host.ask(this::open);
        if (!failure.isEmpty()) {
            throw new RequestException(failure);
        }
        return netifs;
    }

    private String open(Stack stack) {
        final List<Netif> seen = new ArrayList<>(stack.ipv4().interfaces());
        seen.removeIf(each -> interfaceName != null && !each.name().equals(interfaceName));
        if (seen.isEmpty()) {
            return "no interface '" + interfaceName + "'";
        }
        final PacketEndpoint opened = stack.packets().open(0, interfaceName == null ? null : seen.getFirst());
        if (opened == null) {
            return "no packet endpoint is free";
        }
        opened.outgoing(true);
        opened.promiscuous(true);
        opened.queueLimit(ENDPOINT_OCTETS);
        opened.handler(e -> take(stack, e));
        endpoint = opened;
        netifs = seen;
        return "";
    }

    private void take(Stack stack, PacketEndpoint e) {
        for (Pbuf frame = e.peek(); frame != null; frame = e.peek()) {
            final Netif netif = stack.ipv4().interfaceAt(PacketEndpoint.interfaceOf(frame));
            if (netif != null) {
                take(frame, netif, stack.nowNs());
            }
            e.drop();
        }
    }

    private void take(Pbuf frame, Netif netif, long nowNs) {
        final int length = frame.totalLength();
        final boolean isOutbound = PacketEndpoint.kindOf(frame) == FrameKind.OUTGOING;
        view.at(
                frame.segment(),
                frame.offset(),
                frame.length(),
                length,
                netif.capabilities().framing(),
                isOutbound);
        if (!filter.matches(view)) {
            return;
        }
        accepted++;
        final byte[] octets = new byte[Math.min(length, snapLength)];
        frame.copyTo(0, MemorySegment.ofArray(octets), 0, octets.length);
        final CapturedFrame captured = new CapturedFrame(
                netif.name(), netif.capabilities().framing(), isOutbound, nowNs + host.epochOffsetNs(), length, octets);
        if (queuedOctets.get() + octets.length > OCTETS || !queue.offer(captured)) {
            dropped++;
        } else {
            queuedOctets.addAndGet(octets.length);
        }
    }

    /// The next frame, for the thread that writes; null if none came in time.
    @Nullable
    CapturedFrame next(long timeoutMs) throws InterruptedException {
        final CapturedFrame frame = timeoutMs == 0 ? queue.poll() : queue.poll(timeoutMs, TimeUnit.MILLISECONDS);
        if (frame != null) {
            queuedOctets.addAndGet(-frame.octets().length);
        }
        return frame;
    }

    /// Ends: nothing is queued any more. Returns what became of all frames so far.
    CaptureCounts end() {
        return host.ask(_ -> {
            final PacketEndpoint open = endpoint;
            if (open != null) {
                dropped += open.dropped();
                accepted += open.dropped();
                open.close();
                endpoint = null;
            }
            return new CaptureCounts(accepted, dropped, accepted - dropped);
        });
    }
}
