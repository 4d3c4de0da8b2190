package org.weir.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.weir.link.FaultPlan;
import org.weir.testkit.SimulatedNetwork;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;

/// A resolver and name servers whose words a test chooses, in virtual time. Nobody may be left untold, nothing left
/// open.
abstract class ResolverScenario {
    static final long SECOND = 1_000_000_000L;
    static final IpAddress OTHER = IpAddress.parse("192.0.2.3");
    static final String SOA = "weir.test. 300 SOA ns.weir.test. admin.weir.test. 1 2 3 4 ";

    SimulatedNetwork network = new SimulatedNetwork(SimulatedNetwork.Plan.perfect());
    ScriptedServer server =
            new ScriptedServer(network.server().stack(), network.server().address());
    private @Nullable Resolver resolver;

    @TempDir
    Path directory;

    @AfterEach
    void nothingLeaks() {
        if (resolver != null) {
            assertEquals(0, resolver.waiting(), "callers who were told nothing");
            resolver.close();
        }
        server.ends();
        assertEquals(0, network.client().stack().udp().inUse(), "endpoints");
        network.assertNoLeaks();
        network.close();
    }

    void over(FaultPlan faults, long seed) {
        server.ends();
        network.close();
        network = new SimulatedNetwork(
                SimulatedNetwork.Plan.perfect().withFaults(faults).withSeed(seed));
        server = new ScriptedServer(network.server().stack(), network.server().address());
    }

    ResolverConfig config(IpAddress... servers) {
        return ResolverConfig.of(Arrays.stream(servers).map(NameServer::at).toList());
    }

    Resolver resolver() {
        return resolver == null ? resolver(config(network.server().address())) : resolver;
    }

    Resolver resolver(ResolverConfig config) {
        final Resolver started = Resolver.start(network.client().stack(), config);
        resolver = started;
        return started;
    }

    /// A second server, on another address of the same host.
    ScriptedServer otherServer() {
        network.server().stack().addAddress(network.server().netif(), new IpPrefix(OTHER, 24));
        return new ScriptedServer(network.server().stack(), OTHER);
    }

    Answer answer(String name, RecordType type) {
        final List<Answer> answers = new ArrayList<>();
        resolver().ask(DnsName.parse(name), type, answers::add);
        network.runUntil(() -> !answers.isEmpty(), 100 * SECOND);
        assertEquals(1, answers.size(), "answers");
        return answers.getFirst();
    }

    HostAnswer lookup(String host, AddressFamily family) {
        final List<HostAnswer> answers = new ArrayList<>();
        resolver().lookup(host, family, answers::add);
        network.runUntil(() -> !answers.isEmpty(), 100 * SECOND);
        assertEquals(1, answers.size(), "answers");
        return answers.getFirst();
    }

    String found(String host) {
        final HostAnswer answer = lookup(host, AddressFamily.IPV4);
        return answer.status() == AnswerStatus.FOUND
                ? answer.addresses().toString()
                : answer.status().toString();
    }

    List<String> asked() {
        return server.asked().stream().map(a -> a.question().toString()).toList();
    }

    void after(long seconds) {
        network.run(seconds * SECOND);
    }
}
