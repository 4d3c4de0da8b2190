package org.weir.dns;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.weir.memory.Pbuf;
import org.weir.time.StackClock;
import org.weir.time.Timer;
import org.weir.udp.Udp;
import org.weir.udp.UdpEndpoint;
import org.weir.udp.UdpHandler;

/// One question on its way, for all who asked it: from server to server, from UDP to TCP where an answer does not fit
/// or somebody seems to guess, and on to what an alias stands for.
///
/// Each try has an endpoint of its own, thus a random port, connected to the server that is asked, and a random number;
/// what does not fit both is not believed (RFC 5452).
final class Exchange implements UdpHandler {
    /// How long each server has for an answer, in each round.
    private static final long[] PATIENCE_NS = {StackClock.SECOND, 2 * StackClock.SECOND, 4 * StackClock.SECOND};

    private static final long STREAM_PATIENCE_NS = 5 * StackClock.SECOND;
    /// Answers to something else on one port before the question is asked over TCP, RFC 5452 section 9.
    private static final int MOST_STRANGERS = 16;
    /// Names in a row that are aliases.
    private static final int MOST_ALIASES = 16;
    /// Connections that may end under one question at one server, RFC 7766 section 6.2.4.
    private static final int MOST_STREAMS = 2;

    private final Resolver resolver;
    private final Question question;
    private final List<AnswerHandler> handlers = new ArrayList<>(1);
    private final List<ResourceRecord> aliases = new ArrayList<>(0);
    private final Timer timer = Timer.calling(_ -> expired());
    /// What is asked now: [#question], or the same about what it is an alias of.
    private Question current;

    private List<ServerState> servers = List.of();
    private int nextServer;
    private int round;
    private AnswerStatus failure = AnswerStatus.NO_SERVER;

    private @Nullable ServerState server;
    private @Nullable UdpEndpoint endpoint;
    private @Nullable ServerStream stream;
    private int id;
    private boolean isExtended;
    private boolean wasAsked;
    private int strangers;
    private int streams;

    Exchange(Resolver resolver, Question question) {
        this.resolver = resolver;
        this.question = question;
        this.current = question;
    }

    Question question() {
        return question;
    }

    List<AnswerHandler> handlers() {
        return handlers;
    }

    // ---- from server to server ----

    /// Begins to ask; false if there is no endpoint for that now.
    boolean start() {
        endpoint = resolver.open();
        if (endpoint == null) {
            return false;
        }
        round = -1;
        tryNext();
        return true;
    }

    private void tryNext() {
        streams = 0;
        server = next().orElse(null);
        while (server != null && !ask(server)) {
            server = next().orElse(null);
        }
        if (server == null) {
            end(Answer.failure(question, failure));
        }
    }

    /// The servers that are worth asking in their order, or all if none is, in three rounds.
    private Optional<ServerState> next() {
        if (nextServer == servers.size()) {
            round++;
            nextServer = 0;
            servers = resolver.serversWorthAsking();
        }
        return servers.isEmpty() || round == PATIENCE_NS.length
                ? Optional.empty()
                : Optional.of(servers.get(nextServer++));
    }

    /// False if there is no way to the server.
    private boolean ask(ServerState to) {
        if (failure == AnswerStatus.NO_SERVER) {
            failure = AnswerStatus.NO_ANSWER;
        }
        strangers = 0;
        wasAsked = true;
        to.asked(resolver.nowNs());
        if (resolver.isOverTcp()) {
            askByStream();
            return true;
        }
        id = resolver.number();
        isExtended = to.isExtended();
        closeEndpoint();
        endpoint = resolver.open();
        resolver.arm(timer, PATIENCE_NS[Math.max(round, 0)]);
        if (endpoint == null) {
            wasAsked = false; // It is not the server that is silent.
            return true;
        }
        final NameServer address = to.server();
        if (endpoint.connect(0, address.address().low(), address.port()) != Udp.OK) {
            return false;
        }
        endpoint.handler(this);
        final QuestionWriter written = resolver.writer().write(current, id, isExtended);
        final int length = written.length() - QuestionWriter.LENGTH_PREFIX;
        final int sent = endpoint.sendTo(
                written.memory(),
                QuestionWriter.LENGTH_PREFIX,
                length,
                address.address().low(),
                address.port());
        return sent != Udp.NO_ROUTE && sent != Udp.FILTERED;
    }

    private void expired() {
        if (server != null && wasAsked) {
            resolver.countTimeout();
            server.silent(resolver.nowNs());
        }
        if (stream != null) {
            stream.timedOut(this);
            stream = null;
        }
        tryNext();
    }

    // ---- over UDP ----

    @Override
    public void readable(UdpEndpoint from) {
        for (Pbuf p = from.poll(); p != null; p = from.poll()) {
            final int length = p.totalLength();
            p.copyTo(0, resolver.scratch(), 0, length);
            p.release();
            final Message message = Message.answering(current, id, resolver.scratchOctets(), length);
            if (message != null) {
                arrived(message);
                return;
            }
            resolver.countStranger();
            if (++strangers == MOST_STRANGERS) {
                askByStream();
                return;
            }
        }
    }

    /// RFC 1122 section 4.1.3.3: nobody listens there.
    @Override
    public void unreachable(UdpEndpoint from, int icmpCode) {
        if (server != null) {
            server.silent(resolver.nowNs());
        }
        tryNext();
    }

    // ---- over TCP ----

    private void askByStream() {
        closeEndpoint();
        if (server != null) {
            streams++;
            resolver.arm(timer, STREAM_PATIENCE_NS);
            stream = resolver.streamTo(server);
            stream.ask(this);
            resolver.startQueued();
        }
    }

    /// Composes the question for a connection on which no other has the number `number`.
    QuestionWriter write(int number) {
        id = number;
        isExtended = server != null && server.isExtended();
        return resolver.writer().write(current, number, isExtended);
    }

    /// A message with this question's number has come over the connection.
    void arrivedByStream(byte[] octets, int length) {
        final Message message = Message.answering(current, id, octets, length);
        stream = null;
        if (message == null || message.isTruncated()) {
            failure = AnswerStatus.SERVER_FAILURE;
            tryNext();
        } else {
            arrived(message);
        }
    }

    /// The connection has ended before the answer: servers end those that were idle. Who could not be reached at
    /// all is set aside.
    void streamEnded(boolean wasReached) {
        stream = null;
        if (!wasReached && server != null) {
            server.silent(resolver.nowNs());
        }
        if (wasReached && streams < MOST_STREAMS) {
            askByStream();
        } else {
            failure = AnswerStatus.SERVER_FAILURE;
            tryNext();
        }
    }

    private void leaveStream() {
        if (stream != null) {
            stream.forget(this);
            stream = null;
        }
    }

    // ---- answers ----

    private void arrived(Message message) {
        if (server == null) {
            return;
        }
        server.answered();
        if (message.isTruncated()) {
            askByStream();
            return;
        }
        switch (message.code()) {
            case Message.NO_ERROR, Message.NAME_ERROR -> follow(message);
            case Message.FORMAT_ERROR, Message.NOT_IMPLEMENTED, Message.BAD_VERSION -> withoutExtension(server);
            default -> refused();
        }
    }

    /// RFC 6891 section 6.2.2: who does not know the extension says so in these ways.
    private void withoutExtension(ServerState by) {
        if (isExtended) {
            by.withoutExtension();
            if (ask(by)) {
                return;
            }
        }
        refused();
    }

    private void refused() {
        failure = AnswerStatus.SERVER_FAILURE;
        tryNext();
    }

    /// Goes from alias to alias to the records. What is not on this way says nothing here.
    private void follow(Message message) {
        DnsName name = current.name();
        if (question.type() != RecordType.CNAME) {
            for (ResourceRecord alias = message.aliasOf(name); alias != null; alias = message.aliasOf(name)) {
                if (aliases.size() == MOST_ALIASES || !(alias.data() instanceof RecordData.Target(DnsName target))) {
                    end(Answer.failure(question, AnswerStatus.ALIAS_LOOP));
                    return;
                }
                aliases.add(alias);
                name = target;
            }
        }
        conclude(message, name);
    }

    private void conclude(Message message, DnsName name) {
        final List<ResourceRecord> found = new ArrayList<>(aliases);
        for (final ResourceRecord record : message.answers()) {
            if (record.is(question.type()) && record.owner().equals(name)) {
                found.add(record);
            }
        }
        final int negativeTtl = message.negativeTtlSeconds(name);
        if (message.code() == Message.NAME_ERROR) {
            end(AnswerStatus.NO_NAME, aliases, negativeTtl);
        } else if (found.size() > aliases.size()) {
            end(AnswerStatus.FOUND, found, AnswerCache.LONGEST_S);
        } else if (negativeTtl < 0 && message.isReferral()) {
            refused(); // It knows who would know, and does not ask them.
        } else if (negativeTtl >= 0 || name.equals(current.name())) {
            end(AnswerStatus.NO_DATA, aliases, negativeTtl);
        } else {
            current = new Question(name, question.type());
            restart();
        }
    }

    /// The server does not go after aliases into other zones itself.
    private void restart() {
        round = -1;
        nextServer = 0;
        servers = List.of();
        tryNext();
    }

    // ---- end ----

    private void end(AnswerStatus status, List<ResourceRecord> records, int mostSeconds) {
        int ttl = Math.clamp(
                mostSeconds, 0, status == AnswerStatus.FOUND ? AnswerCache.LONGEST_S : AnswerCache.LONGEST_NEGATIVE_S);
        for (final ResourceRecord record : records) {
            ttl = Math.min(ttl, record.ttlSeconds());
        }
        end(new Answer(question, status, records, ttl, server == null ? null : server.server()));
    }

    private void end(Answer answer) {
        stop();
        resolver.ended(this, answer);
    }

    /// Lets go of all that it holds.
    void stop() {
        resolver.disarm(timer);
        closeEndpoint();
        leaveStream();
        server = null;
    }

    private void closeEndpoint() {
        if (endpoint != null) {
            endpoint.close();
            endpoint = null;
        }
    }
}
