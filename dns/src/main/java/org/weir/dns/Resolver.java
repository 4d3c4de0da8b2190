package org.weir.dns;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.weir.stack.Stack;
import org.weir.tcp.TcpConnection;
import org.weir.tcp.TcpHandler;
import org.weir.time.Timer;
import org.weir.time.TimerWheel;
import org.weir.udp.UdpEndpoint;
import org.weir.wire.IpAddress;

/// A stub resolver, RFC 1034 section 5.3.1: finds records by asking name servers that search for it, and remembers what
/// they say.
///
/// [#lookup] is what a program wants that has a host's name, [#ask] finds records of any type. Equal questions at one
/// time are asked once. Every caller is told exactly once what became of it, however long that takes: once it is asked
/// at most 7 s a server, 15 s more where answers have to come over TCP, and as long again for each alias that the
/// servers do not follow themselves.
///
/// Belongs to the stack's owner and runs in its thread. A question allocates what it, its tries and its answer take.
/// [ResolverConfig.Limits] bounds all that callers and servers can make grow.
public final class Resolver implements AutoCloseable {
    private static final int LONGEST_MESSAGE = 0xFFFF;
    /// RFC 9520 section 3.2: who asks again at once is told the same.
    private static final int FAILURE_TTL_S = 1;

    private record Delivery(AnswerHandler handler, Answer answer) {}

    private final Stack stack;
    private final TimerWheel timers;
    private final ResolverConfig.Limits limits;
    private final boolean overTcp;
    private final AnswerCache cache;
    private final HostLookups lookups;
    private final Map<Question, Exchange> exchanges = new HashMap<>();
    private final ArrayDeque<Exchange> queued = new ArrayDeque<>();
    private final Map<NameServer, ServerStream> streams = new HashMap<>();
    private final ArrayDeque<Delivery> deliveries = new ArrayDeque<>();
    private final Timer deliveryTimer = Timer.calling(_ -> deliver());
    private final QuestionWriter writer = new QuestionWriter();
    private final byte[] scratch = new byte[LONGEST_MESSAGE];
    private final MemorySegment scratchMemory = MemorySegment.ofArray(scratch);

    private List<ServerState> servers = List.of();
    /// Exchanges that have begun; the others are queued.
    private int running;
    private int waiting;
    /// A question that ends at once must not begin the next one within its own beginning.
    private boolean isStarting;
    private boolean isClosed;
    private long asked;
    private long remembered;
    private long timeouts;
    private long strangers;

    private Resolver(Stack stack, ResolverConfig config) {
        this.stack = stack;
        this.timers = stack.ipv4().resources().timers();
        this.limits = config.limits();
        this.overTcp = config.overTcp();
        this.cache = new AnswerCache(limits);
        this.lookups = new HostLookups(this, config);
        servers(config.servers());
    }

    public static Resolver start(Stack stack, ResolverConfig config) {
        return new Resolver(stack, config);
    }

    // ---- for callers ----

    /// Asks for records of one type at one name, exactly as it is.
    public void ask(DnsName name, RecordType type, AnswerHandler handler) {
        final Question question = new Question(name, type);
        final Answer known = cache.find(question, nowNs());
        if (known != null) {
            remembered++;
            tell(handler, known);
        } else if (isClosed) {
            tell(handler, Answer.failure(question, AnswerStatus.CLOSED));
        } else if (waiting == limits.waiting()) {
            tell(handler, Answer.failure(question, AnswerStatus.OVERLOADED));
        } else {
            waiting++;
            join(question).handlers().add(handler);
            startQueued();
        }
    }

    /// Looks up the addresses of a host: a literal address, `localhost`, the hosts file, then name servers, with
    /// the domains of the search list behind the name as resolv.conf(5) has it. A name with a dot at its end is
    /// asked for as it is alone.
    public void lookup(String host, AddressFamily family, HostHandler handler) {
        lookups.begin(host, family, handler);
    }

    /// Looks up what an address is called: the hosts file, then name servers.
    public void reverse(IpAddress address, AnswerHandler handler) {
        final Question question = new Question(DnsName.reverse(address), RecordType.PTR);
        final DnsName known = lookups.hosts().nameOf(address, nowNs());
        if (known == null) {
            ask(question.name(), question.type(), handler);
            return;
        }
        final ResourceRecord record =
                new ResourceRecord(question.name(), RecordType.PTR.code(), 0, new RecordData.Target(known));
        tell(handler, new Answer(question, AnswerStatus.FOUND, List.of(record), 0, null));
    }

    private Exchange join(Question question) {
        final Exchange known = exchanges.get(question);
        if (known != null) {
            return known;
        }
        final Exchange exchange = new Exchange(this, question);
        exchanges.put(question, exchange);
        queued.add(exchange);
        return exchange;
    }

    /// Begins with questions that wait for their turn, or for an endpoint that another has given back.
    void startQueued() {
        if (isStarting) {
            return;
        }
        isStarting = true;
        while (running < limits.questions() && !queued.isEmpty()) {
            final Exchange next = queued.removeFirst();
            running++;
            if (next.start()) {
                asked++;
            } else if (running > 1) {
                // It starts when another has ended and given its endpoint back.
                running--;
                queued.addFirst(next);
                break;
            } else {
                ended(next, Answer.failure(next.question(), AnswerStatus.OVERLOADED));
            }
        }
        isStarting = false;
    }

    // ---- settings ----

    /// Asks other servers from now on, with nothing held against them; questions that are on their way go to them
    /// when their present server fails.
    ///
    /// @param addresses in the order in which they are preferred
    /// @throws IllegalArgumentException if they are more than 8
    public void servers(List<NameServer> addresses) {
        if (addresses.size() > ResolverConfig.MOST_SERVERS) {
            throw new IllegalArgumentException(
                    "name servers: " + addresses.size() + " are more than " + ResolverConfig.MOST_SERVERS);
        }
        servers = addresses.stream().distinct().map(ServerState::new).toList();
    }

    public List<NameServer> servers() {
        return servers.stream().map(ServerState::server).toList();
    }

    /// Puts other domains behind names from now on.
    public void search(List<DnsName> domains) {
        lookups.search(domains);
    }

    public List<DnsName> search() {
        return lookups.search();
    }

    /// Forgets all answers.
    public void flush() {
        cache.clear();
    }

    // ---- counters ----

    /// Questions that servers were asked.
    public long asked() {
        return asked;
    }

    /// Questions that were answered from memory.
    public long remembered() {
        return remembered;
    }

    /// Times that a server did not answer in.
    public long timeouts() {
        return timeouts;
    }

    /// Messages that did not answer what was asked: late, or forged.
    public long strangers() {
        return strangers;
    }

    /// Answers that are remembered.
    public int cached() {
        return cache.answers();
    }

    /// Callers that have not been told yet.
    public int waiting() {
        return waiting;
    }

    // ---- answers ----

    void ended(Exchange exchange, Answer answer) {
        exchanges.remove(exchange.question());
        running--;
        cache.add(answer.withTtl(rememberedSeconds(answer)), nowNs());
        waiting -= exchange.handlers().size();
        exchange.handlers().forEach(handler -> tell(handler, answer));
        startQueued();
    }

    private static int rememberedSeconds(Answer answer) {
        return switch (answer.status()) {
            case FOUND, NO_DATA, NO_NAME -> answer.ttlSeconds();
            case SERVER_FAILURE, NO_ANSWER, ALIAS_LOOP -> FAILURE_TTL_S;
            case NO_SERVER, OVERLOADED, CLOSED -> 0;
        };
    }

    void tell(AnswerHandler handler, Answer answer) {
        deliveries.add(new Delivery(handler, answer));
        timers.armNoLater(deliveryTimer, nowNs());
    }

    /// Those that are there now: handlers ask anew, and the poll must end.
    private void deliver() {
        for (int left = deliveries.size(); left > 0 && !deliveries.isEmpty(); left--) {
            final Delivery next = deliveries.removeFirst();
            if (!deliveries.isEmpty()) {
                timers.armNoLater(deliveryTimer, nowNs());
            }
            next.handler.answered(next.answer);
        }
    }

    // ---- for exchanges ----

    boolean isOverTcp() {
        return overTcp;
    }

    long nowNs() {
        return stack.ipv4().clock().nowNs();
    }

    /// A number from 0 to 65,535 that nobody can guess.
    int number() {
        return (int) stack.ipv4().resources().entropy().next() & 0xFFFF;
    }

    List<ServerState> serversWorthAsking() {
        final List<ServerState> worth = new ArrayList<>(servers);
        worth.removeIf(server -> !server.isWorthAsking(nowNs()));
        return worth.isEmpty() ? servers : worth;
    }

    @Nullable
    UdpEndpoint open() {
        return stack.udp().open();
    }

    @Nullable
    TcpConnection connect(NameServer server, TcpHandler handler) {
        return stack.tcp().connect(0, server.address().low(), server.port(), IpAddress.ANY.low(), 0, handler);
    }

    ServerStream streamTo(ServerState server) {
        return streams.computeIfAbsent(server.server(), address -> new ServerStream(this, address));
    }

    /// Nobody uses the connection to `server` any more.
    void forget(NameServer server) {
        streams.remove(server);
    }

    void arm(Timer timer, long fromNowNs) {
        timers.arm(timer, nowNs() + fromNowNs);
    }

    void disarm(Timer timer) {
        timers.disarm(timer);
    }

    QuestionWriter writer() {
        return writer;
    }

    /// Memory for one message, used up before anything else is called.
    MemorySegment scratch() {
        return scratchMemory;
    }

    byte[] scratchOctets() {
        return scratch;
    }

    void countTimeout() {
        timeouts++;
    }

    void countStranger() {
        strangers++;
    }

    // ---- end ----

    /// Ends all questions: who waits is told so before this returns. Whoever asks from then on is told the same, in
    /// a later poll. No effect if repeated.
    @Override
    public void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        final List<Exchange> left = new ArrayList<>(exchanges.values());
        exchanges.clear();
        queued.clear();
        for (final Exchange exchange : left) {
            exchange.stop();
            final Answer closed = Answer.failure(exchange.question(), AnswerStatus.CLOSED);
            exchange.handlers().forEach(handler -> deliveries.add(new Delivery(handler, closed)));
        }
        waiting = 0;
        running = 0;
        List.copyOf(streams.values()).forEach(ServerStream::close);
        cache.clear();
        final List<Delivery> last = List.copyOf(deliveries);
        deliveries.clear();
        timers.disarm(deliveryTimer);
        last.forEach(delivery -> delivery.handler.answered(delivery.answer));
    }
}
