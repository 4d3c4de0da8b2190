package org.weir.tcp;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.weir.base.HashEntry;
import org.weir.ip.Route;
import org.weir.memory.OctetSource;
import org.weir.memory.OctetTarget;
import org.weir.memory.Pbuf;
import org.weir.wire.IpAddress;

/// A TCP connection, RFC 9293, and its raw interface: no copy that the caller does not ask for.
///
/// Belongs to the stack's owner. The reference is valid from [Tcp#connect] or [TcpListener#accept] until the user calls
/// [#close] or [#abort], or until [TcpHandler#failed] returns; after that the object serves another connection.
public final class TcpConnection extends HashEntry<TcpConnection> {
    static final int CONNECTED = 1;
    static final int READABLE = 2;
    static final int WRITABLE = 4;
    static final int FAILED = 8;
    static final int URGENT = 16;

    private final Tcp tcp;
    final Sender snd;
    final Receiver rcv;
    final Deadlines deadlines;
    final Traffic traffic = new Traffic();

    CongestionControl congestion;
    /// Shared with all connections that have the same.
    SharedSettings settings;

    TcpState state = TcpState.CLOSED;
    TcpError error = TcpError.NONE;
    /// What the network reported about this connection, should it time out: RFC 1122 section 4.2.3.9.
    TcpError softError = TcpError.NONE;

    long localHigh;
    long localLow;
    long remoteHigh;
    long remoteLow;
    char localPort;
    char remotePort;

    @Nullable
    Route route;

    /// The state of the routing table when the route was found.
    int routeChanges;

    @Nullable
    TcpHandler handler;

    @Nullable
    Object attachment;
    /// Where the connection arrived, until it is established.
    @Nullable
    TcpListener listener;

    int listenerGeneration;
    /// The user holds the reference, or will get it.
    boolean attached;
    /// The stack's filter has rejected a segment: the next poll ends the connection.
    boolean filtered;
    /// A handler is being called: the object is not given back before it returns.
    boolean telling;
    /// The reader has gone: new data is answered with a reset.
    boolean inputClosed;

    /// Our SYN was sent again because the peer's came again.
    boolean synAnsweredAgain;

    byte keepAliveProbesSent;
    /// Of [#CONNECTED] and the others: what the user has not been told yet.
    int events;
    /// When the next challenge acknowledgment may be sent, RFC 5961 section 7.
    long challengeAfterNs;

    boolean inTable;
    boolean inTimeWaitList;

    // ---- links of the lists that it may be on: see ConnectionLists ----

    @Nullable
    TcpConnection nextEvent;

    @Nullable
    TcpConnection nextOutput;

    @Nullable
    TcpConnection nextBlocked;

    @Nullable
    TcpConnection nextStarved;

    // ---- links of the one list that it may be on: of the free, of those to be accepted, of those in TIME-WAIT ----

    @Nullable
    TcpConnection next;

    @Nullable
    TcpConnection previous;

    TcpConnection(Tcp tcp) {
        this.tcp = tcp;
        this.snd = new Sender(tcp.pools().flights.none);
        this.rcv = new Receiver(tcp.pools().reassemblies.none);
        this.congestion = tcp.congestionControl(tcp.config().congestion());
        this.settings = tcp.settings().takeDefaults();
        this.deadlines = new Deadlines(this);
    }

    TcpTimers timers() {
        return tcp.timers();
    }

    // ---- who and how ----

    void local(long high, long low, int port) {
        localHigh = high;
        localLow = low;
        localPort = (char) port;
    }

    void remote(long high, long low, int port) {
        remoteHigh = high;
        remoteLow = low;
        remotePort = (char) port;
    }

    public TcpState state() {
        return state;
    }

    public long localHigh() {
        return localHigh;
    }

    public long localLow() {
        return localLow;
    }

    public int localPort() {
        return localPort;
    }

    public long remoteHigh() {
        return remoteHigh;
    }

    public long remoteLow() {
        return remoteLow;
    }

    public int remotePort() {
        return remotePort;
    }

    /// Octets of payload in a full segment that is sent.
    public int segmentSize() {
        return snd.segmentSize;
    }

    /// The smoothed round-trip time in nanoseconds; 0 before the first sample.
    public long roundTripTimeNs() {
        return snd.rtt.smoothedNs();
    }

    /// Congestion window and threshold, for display.
    public CongestionState congestion() {
        return snd.congestion;
    }

    /// What the network has reported about the connection and was not believed to end it, RFC 9293 section 3.9.2.2;
    /// [TcpError#NONE] if nothing.
    public TcpError softError() {
        return softError;
    }

    /// Who is told of events from now on. What has happened before is told again.
    public void handler(TcpHandler events) {
        tcp.checkOwner();
        handler = events;
        if (error != TcpError.NONE) {
            tcp.raise(this, FAILED);
        } else if (receivedOctets() > 0 || inputEnded()) {
            tcp.raise(this, READABLE);
        }
    }

    /// Whatever the user wants to find again in a handler.
    public void attachment(@Nullable Object any) {
        attachment = any;
    }

    public @Nullable Object attachment() {
        return attachment;
    }

    /// What is set now, shared with other connections: to be changed by [#use] only.
    public TcpSettings settings() {
        return settings;
    }

    /// Takes over `changed` (copied). What concerns the handshake has no effect on a connection that has it behind
    /// it.
    ///
    /// @return false, and everything is as before, if the stack's connections have too many different settings
    public boolean use(TcpSettings changed) {
        tcp.checkOwner();
        changed.check();
        return comeIntoForce(tcp.settings().exchange(settings, changed));
    }

    /// Switches Nagle's algorithm off, RFC 9293 section 3.7.4.
    ///
    /// @return false, and everything is as before, if the stack's connections have too many different settings
    public boolean noDelay(boolean on) {
        tcp.checkOwner();
        return settings.noDelay == on || comeIntoForce(tcp.settings().exchangeNoDelay(settings, on));
    }

    private boolean comeIntoForce(@Nullable SharedSettings changed) {
        if (changed == null) {
            return false;
        }
        settings = changed;
        tcp.settingsChanged(this);
        return true;
    }

    public boolean noDelay() {
        return settings.noDelay;
    }

    /// Octets that the send buffer takes now.
    public int sendBuffer() {
        return snd.capacity;
    }

    /// Octets that the receive buffer takes now.
    public int receiveBuffer() {
        return rcv.capacity;
    }

    /// Acknowledges what has arrived now, and what arrives next as at the beginning of a connection; or goes over
    /// to delayed acknowledgments.
    public void quickAck(boolean on) {
        tcp.checkOwner();
        rcv.quickAcks = (short) (on ? Math.max(1, tcp.config().quickAcks()) : 0);
        if (on && rcv.unacknowledged > 0) {
            tcp.owesAck(this);
        }
    }

    /// True while acknowledgments are not delayed.
    public boolean quickAck() {
        return rcv.quickAcks > 0;
    }

    /// Fills `info` with what is true now.
    public void info(TcpInfo info) {
        tcp.checkOwner();
        InfoReader.read(this, info, tcp.clock().nowNs());
    }

    /// Segments that are sent carry up to `octets` octets from now on, options that not all of them have
    /// subtracted.
    void segmentSize(int octets) {
        snd.segmentSize = octets;
        snd.congestion.segmentSize = octets;
        rcv.optionRoom = (short) (octets / 2);
    }

    // ---- sending ----

    /// Octets that may be queued for sending now.
    public int sendRoom() {
        return state.sends() && !snd.finQueued && snd.unsent() < settings.notSentLowWater ? snd.free() : 0;
    }

    /// True if [#write] would take something now, for which there is room here and in the pool. If not,
    /// [TcpHandler#writable] follows.
    public boolean takesOctets() {
        tcp.checkOwner();
        final boolean full = sendRoom() == 0;
        if (!full && (snd.queue.hasTailroom() || tcp.pool().pagesForSending() > 0)) {
            return true;
        }
        tcp.starve(this, !full);
        return false;
    }

    /// Octets that are queued or on the way.
    public int unacknowledged() {
        return snd.queue.length();
    }

    /// Queues a copy of up to `length` octets. If it takes fewer, or fills the buffer, [TcpHandler#writable]
    /// follows.
    ///
    /// @return how many; 0 if the buffer is full, or nothing may be sent in this state
    public int write(MemorySegment source, long offset, int length) {
        tcp.checkOwner();
        final int room = Math.min(sendRoom(), length);
        final int written = room == 0 ? 0 : snd.queue.write(source, offset, room, tcp.pool());
        wrote(written, room, length);
        return written;
    }

    /// As [#write] from memory. `source` is asked for exactly as many octets as are taken; if it throws, what it
    /// gave before is sent.
    public int write(OctetSource source, int length) {
        tcp.checkOwner();
        final int room = Math.min(sendRoom(), length);
        final long before = snd.queue.tail();
        try {
            if (room > 0) {
                snd.queue.write(source, room, tcp.pool());
            }
        } finally {
            wrote((int) (snd.queue.tail() - before), room, length);
        }
        return (int) (snd.queue.tail() - before);
    }

    private void wrote(int written, int room, int length) {
        if (written < length || sendRoom() == 0) {
            tcp.starve(this, written < room);
        }
        if (written > 0) {
            tcp.wantsOutput(this);
        }
    }

    /// Queues `packet` by reference if there is room for all of it; a short one is copied, which is cheaper.
    ///
    /// @return true if it was taken; false if it is still the caller's, and [TcpHandler#writable] follows
    public boolean send(Pbuf packet) {
        tcp.checkOwner();
        final int length = packet.totalLength();
        if (length > sendRoom()) {
            tcp.starve(this, false);
            return false;
        }
        if (length <= tcp.pool().pageSize() / 4) {
            return sendCopy(packet);
        }
        snd.queue.append(packet);
        return sent();
    }

    private boolean sendCopy(Pbuf packet) {
        if (tcp.pool().pagesForSending() < Tcp.PAGES_FOR_WRITER) {
            tcp.starve(this, true);
            return false;
        }
        for (Pbuf p = packet; p != null; p = p.next()) {
            snd.queue.write(p.segment(), p.offset(), p.length(), tcp.pool());
        }
        packet.release();
        return sent();
    }

    private boolean sent() {
        if (sendRoom() == 0) {
            tcp.starve(this, false);
        }
        tcp.wantsOutput(this);
        return true;
    }

    /// A page with room behind its payload for the next octets, borrowed until the next call: write there, then
    /// [#commit]. Null if there is no room now; [TcpHandler#writable] follows.
    public @Nullable Pbuf claim() {
        tcp.checkOwner();
        final boolean full = sendRoom() == 0;
        final Pbuf page = full ? null : snd.queue.claim(tcp.pool());
        if (page == null) {
            tcp.starve(this, !full);
        }
        return page;
    }

    /// Queues the first `octets` octets of the claimed room; at most [#sendRoom].
    public void commit(int octets) {
        tcp.checkOwner();
        snd.queue.commit(octets);
        sent();
    }

    /// Declares what is queued urgent: the peer's user is told where it ends (RFC 6093 discourages new uses).
    public void urgent() {
        tcp.checkOwner();
        snd.urgent = true;
        snd.urgentEnd = snd.queueEnd();
        tcp.wantsOutput(this);
    }

    /// Octets from the next one to read up to the end of urgent data, whether they have arrived or not; 0 if
    /// there is no urgent data.
    public int urgentOctets() {
        return rcv.urgentOctets();
    }

    /// Sends a FIN behind what is queued: no more will be sent, reading goes on.
    public void shutdownOutput() {
        tcp.checkOwner();
        tcp.teardown().shutdownOutput(this);
    }

    // ---- receiving ----

    /// Octets that can be read now.
    public int receivedOctets() {
        return rcv.queue.length();
    }

    /// The first buffer of what can be read, borrowed: it stays in place until [#consume]. Null if there is
    /// nothing.
    public @Nullable Pbuf received() {
        return rcv.queue.first();
    }

    /// Drops `octets` octets that have been read and opens the window.
    public void consume(int octets) {
        tcp.checkOwner();
        rcv.queue.drop(octets);
        tcp.consumed(this, octets);
    }

    /// Copies up to `length` octets to `target` and consumes them. Returns how many there were.
    public int read(MemorySegment target, long offset, int length) {
        final int count = rcv.queue.peek(target, offset, length);
        if (count > 0) {
            consume(count);
        }
        return count;
    }

    /// As [#read] into memory.
    public int read(OctetTarget target, int length) {
        final int count = peek(target, length);
        if (count > 0) {
            consume(count);
        }
        return count;
    }

    /// As [#read], and keeps them.
    public int peek(OctetTarget target, int length) {
        final Pbuf first = rcv.queue.first();
        return first == null ? 0 : first.copyTo(target, length);
    }

    /// As [#read], and keeps them.
    public int peek(MemorySegment target, long offset, int length) {
        return rcv.queue.peek(target, offset, length);
    }

    /// True if everything that the peer sent has been read and no more will come.
    public boolean endOfStream() {
        return rcv.queue.length() == 0 && inputEnded();
    }

    private boolean inputEnded() {
        return rcv.finSeen && SequenceNumber.after(rcv.nxt, rcv.finSequence);
    }

    // ---- the end ----

    /// Ends the connection in order: what is queued is still sent, then a FIN. If something received has not been
    /// read, or arrives later, the peer is told by a reset (RFC 9293 section 3.6.1). The reference must not be used
    /// any more.
    public void close() {
        tcp.checkOwner();
        tcp.teardown().close(this);
    }

    /// Ends the connection at once by a reset. The reference must not be used any more.
    public void abort() {
        tcp.checkOwner();
        tcp.teardown().abort(this);
    }

    @Override
    public String toString() {
        return state + " " + IpAddress.format(localHigh, localLow) + ":" + localPort() + " - "
                + IpAddress.format(remoteHigh, remoteLow) + ":" + remotePort();
    }
}
