package org.weir.services.dhcp;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import org.weir.ip.AddressListener;
import org.weir.ip.Netif;
import org.weir.link.Framing;
import org.weir.memory.Pbuf;
import org.weir.stack.Stack;
import org.weir.time.StackClock;
import org.weir.time.Timer;
import org.weir.time.TimerWheel;
import org.weir.udp.Udp;
import org.weir.udp.UdpEndpoint;
import org.weir.udp.UdpHandler;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;

/// A DHCP client for one interface, RFC 2131: gets an address, checks that no other host has it (RFC 5227), keeps it
/// for as long as a server lets it, and gives it back at the end unless a file remembers it for the next time.
///
/// ```text
///   INIT -> SELECTING -> REQUESTING -> CHECKING -> BOUND <-> RENEWING -> REBINDING -> INIT
///   INIT_REBOOT -> REBOOTING ------------^           ^----------------------|
/// ```
///
/// Belongs to the stack's owner and runs in its thread. One timer is armed at any time; an answer allocates
/// a bounded amount. It is believed if it comes to this interface, from a server's port, with the
/// transaction and the hardware address of the question, and from the server that was asked; servers are not otherwise
/// known from impostors.
public final class DhcpClient implements AutoCloseable {
    /// Requests for what was offered before all begins again: a minute of them.
    private static final int MOST_REQUESTS = 4;
    /// Requests for the address that is remembered before any address is asked for.
    private static final int MOST_REBOOT_REQUESTS = 3;
    /// Questions without an answer before the listener is told.
    private static final int PATIENCE = 4;

    private final Stack stack;
    private final Netif netif;
    private final DhcpListener listener;
    private final UdpEndpoint endpoint;
    private final DhcpSender sender;
    private final InterfaceSetup setup;
    private final DhcpTiming timing;
    private final TimerWheel timers;
    private final Timer timer = Timer.calling(_ -> expired());
    private final @Nullable LeaseFile file;
    private final DhcpMessage message = new DhcpMessage();
    private final DhcpOptions options = new DhcpOptions();
    private final MemorySegment received = MemorySegment.ofArray(new byte[DhcpOptions.LONGEST]);

    private DhcpState state = DhcpState.INIT;
    private int xid;
    /// When the first question of this exchange was asked, and the last one that an answer can be for.
    private long startedNs;
    private long askedNs;
    private int tries;
    /// What the last question said of this: who relays a request must treat it as the question that it follows.
    private long seconds;
    /// The address that is wanted, or held; 0 if any will do.
    private int address;
    /// Who has offered it; 0 if it is remembered.
    private int server;

    private @Nullable Lease lease;

    private DhcpClient(Stack stack, Netif netif, DhcpConfig config, DhcpListener listener, UdpEndpoint endpoint) {
        this.stack = stack;
        this.netif = netif;
        this.listener = listener;
        this.endpoint = endpoint;
        this.sender = new DhcpSender(endpoint, netif, config);
        this.setup = new InterfaceSetup(stack, netif);
        this.timing = new DhcpTiming(stack.ipv4().resources().entropy());
        this.timers = stack.ipv4().resources().timers();
        this.file = config.leaseFile() == null ? null : new LeaseFile(config.leaseFile(), config.epochOffsetNs());
        endpoint.handler(new Inbox());
    }

    /// Starts to ask for an address of `netif`.
    ///
    /// @throws IllegalArgumentException if it is not an Ethernet
    /// @throws IllegalStateException if the interface's port 68 is taken, or no UDP endpoint is left
    public static DhcpClient start(Stack stack, Netif netif, DhcpConfig config, DhcpListener listener) {
        if (netif.capabilities().framing() != Framing.ETHERNET) {
            throw new IllegalArgumentException("DHCP is for Ethernets, and " + netif.name() + " is none");
        }
        final UdpEndpoint endpoint = stack.udp().open();
        if (endpoint == null) {
            throw new IllegalStateException("no UDP endpoint is left for DHCP on " + netif.name());
        }
        endpoint.netif(netif);
        endpoint.broadcast(true);
        if (endpoint.bind(0, IpAddress.ANY.low(), DhcpMessage.CLIENT_PORT) != Udp.OK) {
            endpoint.close();
            throw new IllegalStateException("cannot use UDP port 68 of " + netif.name() + " for DHCP");
        }
        final DhcpClient client = new DhcpClient(stack, netif, config, listener, endpoint);
        client.begin();
        return client;
    }

    public Netif netif() {
        return netif;
    }

    public DhcpState state() {
        return state;
    }

    /// What it has, or had last; null if it never had anything. [DhcpState#hasAddress] says whether it may be used.
    public @Nullable Lease lease() {
        return lease;
    }

    /// What was last wrong with the lease file; null if nothing was.
    public @Nullable String warning() {
        return file == null ? null : file.warning();
    }

    /// A file keeps the address for the next time, so that [#close] does not give it back.
    public boolean isRemembered() {
        return file != null;
    }

    private long nowNs() {
        return stack.ipv4().clock().nowNs();
    }

    private Lease held() {
        if (lease == null) {
            throw new IllegalStateException("no lease in state " + state);
        }
        return lease;
    }

    // ---- what happens by itself ----

    private void begin() {
        address = file == null ? 0 : file.read(nowNs());
        state = address == 0 ? DhcpState.INIT : DhcpState.INIT_REBOOT;
        timers.arm(timer, nowNs() + timing.untilStart());
        tellOfFile();
    }

    /// Every state waits for one time.
    private void expired() {
        switch (state) {
            case INIT -> discoverAnew();
            case SELECTING -> discover();
            case REQUESTING -> retryRequest(MOST_REQUESTS);
            case INIT_REBOOT -> requestRemembered();
            case REBOOTING -> retryRequest(MOST_REBOOT_REQUESTS);
            case BOUND -> enter(DhcpState.RENEWING);
            case RENEWING -> extend(held().times().rebindingNs(), DhcpState.REBINDING);
            case REBINDING -> extendOrExpire();
            case CHECKING, CLOSED -> {}
        }
    }

    private void ask(DhcpState next) {
        state = next;
        tries = 0;
        xid = timing.transaction();
        startedNs = nowNs();
        askedNs = startedNs;
    }

    private long secondsOfAsking() {
        return (nowNs() - startedNs) / StackClock.SECOND;
    }

    private void armRetry() {
        timers.arm(timer, nowNs() + timing.untilRetry(tries));
        tries++;
    }

    private void discoverAnew() {
        ask(DhcpState.SELECTING);
        discover();
    }

    private void discover() {
        seconds = secondsOfAsking();
        sender.discover(xid, seconds, address);
        armRetry();
        if (tries == PATIENCE + 1) {
            tell(DhcpEvent.NO_ANSWER);
        }
    }

    private void requestRemembered() {
        ask(DhcpState.REBOOTING);
        server = 0;
        seconds = 0;
        request();
    }

    /// The transaction is that of the offer: section 4.4.1.
    private void requestOffered(int offered, int by) {
        state = DhcpState.REQUESTING;
        tries = 0;
        address = offered;
        server = by;
        askedNs = nowNs();
        request();
    }

    private void request() {
        sender.request(xid, seconds, address, server);
        armRetry();
    }

    private void retryRequest(int most) {
        if (tries < most) {
            request();
        } else {
            discoverAnew();
        }
    }

    /// In RENEWING and REBINDING each question is a transaction of its own, so that it is known when the one was
    /// asked that is answered.
    private void enter(DhcpState next) {
        ask(next);
        expired();
    }

    private void extend(long nextStateNs, DhcpState next) {
        if (nowNs() - nextStateNs >= 0) {
            enter(next);
            return;
        }
        final Lease current = held();
        xid = timing.transaction();
        askedNs = nowNs();
        sender.extend(
                xid,
                secondsOfAsking(),
                address,
                state == DhcpState.RENEWING ? current.server().ipv4() : 0);
        timers.arm(timer, DhcpTiming.nextRetryNs(nowNs(), nextStateNs));
    }

    private void extendOrExpire() {
        final long expiryNs = held().times().expiryNs();
        if (nowNs() - expiryNs >= 0) {
            restart(DhcpEvent.EXPIRED, timing.untilStart());
        } else {
            extend(expiryNs, DhcpState.REBINDING);
        }
    }

    /// Takes the address away, and begins again later.
    private void restart(DhcpEvent why, long waitNs) {
        setup.remove();
        if (why != DhcpEvent.EXPIRED) {
            address = 0;
            forget();
        }
        state = DhcpState.INIT;
        timers.arm(timer, nowNs() + waitNs);
        tell(why);
    }

    private void forget() {
        if (file != null) {
            file.delete();
        }
    }

    private void tell(DhcpEvent event) {
        listener.happened(this, event);
    }

    private void tellOfFile() {
        if (warning() != null) {
            tell(DhcpEvent.FILE_PROBLEM);
        }
    }

    // ---- what servers say ----

    private final class Inbox implements UdpHandler {
        @Override
        public void readable(UdpEndpoint at) {
            for (Pbuf datagram = at.poll(); datagram != null; datagram = at.poll()) {
                final int length = datagram.totalLength();
                final boolean isFromServer = UdpEndpoint.senderPort(datagram) == DhcpMessage.SERVER_PORT;
                final boolean isRead = isFromServer && DhcpMessage.fits(length) && length <= DhcpOptions.LONGEST;
                if (isRead) {
                    datagram.copyTo(0, received, 0, length);
                }
                datagram.release();
                if (isRead && state != DhcpState.CLOSED) {
                    process(length);
                }
                if (state == DhcpState.CLOSED) {
                    return;
                }
            }
        }
    }

    private void process(int length) {
        message.at(received, 0);
        final boolean isForUs =
                message.isReply() && message.xid() == xid && message.hardwareAddress() == netif.hardwareAddress();
        if (!isForUs || !options.at(received, length)) {
            return;
        }
        final DhcpType type = options.find(DhcpOptions.MESSAGE_TYPE) == 1 ? DhcpType.of(options.u8(0)) : null;
        if (type == DhcpType.OFFER && state == DhcpState.SELECTING) {
            offered();
        } else if (type == DhcpType.ACK && isFromTheServerAsked()) {
            acknowledged();
        } else if (type == DhcpType.NAK && isFromTheServerAsked()) {
            refused();
        }
    }

    /// Requests that go to all servers are for each to answer.
    private boolean isFromTheServerAsked() {
        final int from = options.address(DhcpOptions.SERVER_ID);
        return switch (state) {
            case REQUESTING -> from == server;
            case RENEWING -> from == held().server().ipv4();
            case REBOOTING, REBINDING -> from != 0;
            case INIT, SELECTING, CHECKING, BOUND, INIT_REBOOT, CLOSED -> false;
        };
    }

    private @Nullable Lease read() {
        final Lease offer = LeaseReader.read(message, options, timing, askedNs);
        final boolean isUsable =
                offer != null && !setup.hasElsewhere(offer.address().address());
        return isUsable ? offer : null;
    }

    /// The first offer that makes sense is taken.
    private void offered() {
        final Lease offer = read();
        if (offer != null) {
            requestOffered(offer.address().address().ipv4(), offer.server().ipv4());
        }
    }

    private void acknowledged() {
        final Lease granted = read();
        if (granted == null || granted.address().address().ipv4() != address) {
            return;
        }
        final Lease before = state.hasAddress() ? lease : null;
        lease = granted;
        if (before == null || !before.address().equals(granted.address())) {
            check(granted);
            return;
        }
        final boolean isSame = before.isLike(granted);
        if (!isSame) {
            setup.route(granted);
        }
        bind(isSame ? DhcpEvent.RENEWED : DhcpEvent.CHANGED);
    }

    private void check(Lease granted) {
        state = DhcpState.CHECKING;
        timers.disarm(timer);
        setup.claim(granted, new Claim());
    }

    private void bind(DhcpEvent how) {
        final Lease current = held();
        state = DhcpState.BOUND;
        if (current.lastsForEver()) {
            timers.disarm(timer);
        } else {
            timers.arm(timer, current.times().renewalNs());
        }
        if (file != null) {
            file.write(current);
        }
        tell(how);
        tellOfFile();
    }

    /// A server that offers what it then refuses is not asked at once again.
    private void refused() {
        final boolean wasOffered = state == DhcpState.REQUESTING;
        restart(DhcpEvent.REFUSED, wasOffered ? DhcpTiming.AFTER_DECLINE_NS : timing.untilStart());
    }

    // ---- what other hosts say ----

    private final class Claim implements AddressListener {
        @Override
        public void accepted(Netif on, IpPrefix claimed) {
            setup.route(held());
            bind(DhcpEvent.BOUND);
        }

        @Override
        public void conflict(Netif on, IpPrefix claimed, long rival) {
            // The other host was told, and we keep the address.
        }

        @Override
        public void lost(Netif on, IpPrefix claimed, long rival) {
            final int from = held().server().ipv4();
            if (rival != 0) {
                sender.decline(timing.transaction(), address, from);
                restart(DhcpEvent.DECLINED, DhcpTiming.AFTER_DECLINE_NS);
            } else {
                sender.release(timing.transaction(), address, from);
                restart(DhcpEvent.NO_ROOM, DhcpTiming.AFTER_DECLINE_NS);
            }
        }
    }

    // ---- end ----

    /// Tells the server that the address is not needed any more, and forgets it, if it is there. It may still be
    /// used until [#close], so that the message has time to leave: the server may have to be found first.
    public void release() {
        if (state.hasAddress()) {
            sender.release(timing.transaction(), address, held().server().ipv4());
            state = DhcpState.INIT;
            timers.disarm(timer);
            forget();
            tell(DhcpEvent.RELEASED);
        }
    }

    /// Takes the address from the interface, and asks no more. An address that no file remembers is released if
    /// that was not done.
    @Override
    public void close() {
        if (state == DhcpState.CLOSED) {
            return;
        }
        if (!isRemembered()) {
            release();
        }
        state = DhcpState.CLOSED;
        timers.disarm(timer);
        setup.remove();
        endpoint.close();
    }
}
