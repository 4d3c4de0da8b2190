package org.weir.cli.manage;

import com.google.gson.JsonObject;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.weir.ip.ReportedError;
import org.weir.memory.Pbuf;
import org.weir.raw.RawEndpoint;
import org.weir.raw.RawHandler;
import org.weir.raw.RawResult;
import org.weir.stack.Stack;
import org.weir.wire.IcmpHeader;
import org.weir.wire.IpAddress;

/// Echo requests to one host, and what comes back, timed in the stack's thread: the hand-over to another thread is in
/// no round-trip time. Events wait in a queue with an end.
final class Echoes implements RawHandler {
    private static final int EVENTS = 4_096;
    /// The latest requests, whose answers are timed; a power of two.
    private static final int REMEMBERED = 1_024;
    /// Where requests repeat their numbers, since reports quote what is behind the ICMP header. One that quotes
    /// less is taken to be about the latest request.
    private static final int SEQUENCE = IcmpHeader.LENGTH;

    private static final ValueLayout.OfShort NUMBER = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final int address;
    private final byte[] packet;
    private final BlockingQueue<JsonObject> events = new ArrayBlockingQueue<>(EVENTS);

    // Of the stack's thread.
    private final IcmpHeader header = new IcmpHeader();
    private final long[] sentNs = new long[REMEMBERED];
    private final int[] sequences = new int[REMEMBERED];
    private final boolean[] isAnswered = new boolean[REMEMBERED];
    private int latest;
    private @Nullable RawEndpoint endpoint;

    /// @param size octets behind the ICMP header
    Echoes(IpAddress address, int size) {
        this.address = address.ipv4();
        packet = new byte[IcmpHeader.LENGTH + size];
        for (int i = IcmpHeader.LENGTH; i < packet.length; i++) {
            packet[i] = (byte) i;
        }
        Arrays.fill(sequences, -1);
    }

    /// As the owner. False if no endpoint is free.
    boolean open(Stack stack, int timeToLive) {
        final RawEndpoint opened = stack.raw().openEcho();
        if (opened == null) {
            return false;
        }
        opened.timeToLive(timeToLive);
        opened.errors().wanted(true);
        opened.handler(this);
        endpoint = opened;
        return true;
    }

    /// As the owner.
    RawResult send(int sequence) {
        final RawEndpoint open = endpoint;
        if (open == null) {
            return RawResult.NOT_AVAILABLE;
        }
        final MemorySegment memory = MemorySegment.ofArray(packet);
        header.at(memory, 0).type(IcmpHeader.ECHO).code(0).sequenceNumber(sequence);
        latest = sequence & 0xFFFF;
        if (packet.length >= SEQUENCE + Short.BYTES) {
            memory.set(NUMBER, SEQUENCE, (short) sequence);
        }
        final int place = sequence & REMEMBERED - 1;
        sentNs[place] = System.nanoTime();
        sequences[place] = sequence & 0xFFFF;
        isAnswered[place] = false;
        return open.sendTo(memory, 0, packet.length, address);
    }

    /// As the owner.
    void close() {
        if (endpoint != null) {
            endpoint.close();
            endpoint = null;
        }
    }

    /// The next event, for the thread that waits; null if none came in time.
    @Nullable
    JsonObject next(long timeoutNs) throws InterruptedException {
        return events.poll(timeoutNs, TimeUnit.NANOSECONDS);
    }

    // ---- in the stack's thread ----

    @Override
    public void readable(RawEndpoint from) {
        final long nowNs = System.nanoTime();
        for (Pbuf packet = from.peek(); packet != null; packet = from.peek()) {
            answered(packet, nowNs);
            from.drop();
        }
    }

    private void answered(Pbuf reply, long nowNs) {
        header.at(reply.segment(), reply.offset());
        final int sequence = header.sequenceNumber();
        final int place = sequence & REMEMBERED - 1;
        if (sequences[place] != sequence) {
            return;
        }
        final JsonObject event = new JsonObject();
        event.addProperty("event", "reply");
        event.addProperty("sequence", sequence);
        event.addProperty("bytes", reply.totalLength());
        event.addProperty("from", IpAddress.ofIpv4(RawEndpoint.sourceOf(reply)).toString());
        event.addProperty("ttl", RawEndpoint.timeToLiveOf(reply));
        event.addProperty("rtt_ns", nowNs - sentNs[place]);
        event.addProperty("duplicate", isAnswered[place]);
        isAnswered[place] = true;
        tell(event);
    }

    @Override
    public void reported(RawEndpoint about) {
        for (ReportedError error = about.errors().peek();
                error != null;
                error = about.errors().peek()) {
            if (IpAddress.ipv4(error.remoteLow()) == address) {
                tell(failed(error));
            }
            about.errors().drop();
        }
    }

    private JsonObject failed(ReportedError error) {
        final JsonObject event = new JsonObject();
        event.addProperty("event", "error");
        event.addProperty("sequence", sequenceOf(error));
        event.addProperty("from", IpAddress.format(0, error.reporterLow()));
        event.addProperty("type", error.type());
        event.addProperty("code", error.code());
        event.addProperty("mtu", error.nextHopMtu());
        return event;
    }

    private int sequenceOf(ReportedError error) {
        final Pbuf quoted = error.quoted();
        return quoted == null || quoted.length() < Short.BYTES
                ? latest
                : Short.toUnsignedInt(quoted.segment().get(NUMBER, quoted.offset()));
    }

    /// What does not fit is lost, as a packet might be.
    private void tell(JsonObject event) {
        events.offer(event);
    }
}
