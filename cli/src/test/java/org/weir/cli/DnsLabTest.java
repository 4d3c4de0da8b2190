package org.weir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.weir.dns.AddressFamily;
import org.weir.dns.Answer;
import org.weir.dns.DnsName;
import org.weir.dns.HostAnswer;
import org.weir.dns.NameServer;
import org.weir.dns.RecordData;
import org.weir.dns.RecordType;
import org.weir.dns.Resolver;
import org.weir.dns.ResolverConfig;
import org.weir.drivers.LinkWaiter;
import org.weir.drivers.SystemEntropy;
import org.weir.drivers.TapLink;
import org.weir.drivers.TapOptions;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;

/// The resolver over a TAP, and dnsmasq or unbound at its other end.
@NeedsLab(tools = {"dnsmasq", "ip", "python3", "unbound"})
@Timeout(120)
final class DnsLabTest {
    private static final int LIMIT_S = 60;
    private static final IpAddress KERNEL = IpAddress.parse("10.10.10.1");
    private static final IpAddress NOBODY = IpAddress.parse("10.10.10.9");
    private static final int MANY = 10_000;

    @TempDir
    private Path directory;

    /// A host with a resolver, in the thread of a test.
    private static final class Asker implements AutoCloseable {
        private final Stack stack = Stack.create(StackConfig.defaults(), new SystemEntropy(), System.nanoTime());
        private final LinkWaiter waiter;
        final Resolver resolver;

        Asker(IpAddress... servers) throws Exception {
            final TapLink link = TapLink.open(TapOptions.tap("weir0"));
            stack.addAddress(stack.addInterface("weir0", link), IpPrefix.parse("10.10.10.2/24"));
            waiter = LinkWaiter.on(link.fileDescriptor());
            OwnNetwork.configure("weir0", "10.10.10.1/24");
            resolver = Resolver.start(
                    stack,
                    ResolverConfig.of(Arrays.stream(servers).map(NameServer::at).toList()));
        }

        void until(BooleanSupplier done) {
            final long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_S);
            while (!done.getAsBoolean() && System.nanoTime() - endNs < 0) {
                if (stack.poll(System.nanoTime()) == 0) {
                    waiter.await(Math.clamp(stack.nextDeadlineNs() - System.nanoTime(), 0, 10_000_000));
                }
            }
        }

        Answer asks(String name, RecordType type) {
            final List<Answer> answers = new ArrayList<>();
            resolver.ask(DnsName.parse(name), type, answers::add);
            until(() -> !answers.isEmpty());
            assertEquals(1, answers.size(), "answers");
            return answers.getFirst();
        }

        /// Status, then data, of what is found.
        String finds(String name, RecordType type) {
            final Answer answer = asks(name, type);
            return Stream.concat(
                            Stream.of(answer.status().toString()),
                            answer.data().map(RecordData::toString).sorted())
                    .collect(Collectors.joining(" "));
        }

        HostAnswer looksUp(String host) {
            final List<HostAnswer> answers = new ArrayList<>();
            resolver.lookup(host, AddressFamily.ANY, answers::add);
            until(() -> !answers.isEmpty());
            return answers.getFirst();
        }

        @Override
        public void close() {
            resolver.close();
            stack.close();
            waiter.close();
        }
    }

    /// A server for the lifetime of a test, which has begun to listen.
    private final class Server implements AutoCloseable {
        private final Path log = directory.resolve("server.log");
        private final Process process;

        Server(int port, List<String> command) throws Exception {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            awaitListening(port);
        }

        private void awaitListening(int port) throws Exception {
            for (int i = 0; i < 10 * LIMIT_S; i++) {
                try (Socket socket = new Socket()) {
                    socket.connect(new InetSocketAddress(KERNEL.toString(), port), 1_000);
                    return;
                } catch (IOException _) {
                    Thread.sleep(100);
                }
            }
            throw new AssertionError("no server: " + log());
        }

        String log() throws IOException {
            return Files.readString(log);
        }

        long logged(String text) throws IOException {
            return log().lines().filter(line -> line.contains(text)).count();
        }

        @Override
        public void close() {
            process.destroy();
            process.onExit().orTimeout(LIMIT_S, TimeUnit.SECONDS).join();
        }
    }

    private Server dnsmasq(int port, String... records) throws Exception {
        final List<String> command = new ArrayList<>(List.of(
                "dnsmasq",
                "--keep-in-foreground",
                "--conf-file=/dev/null",
                "--no-resolv",
                "--no-hosts",
                "--user=root",
                "--pid-file=",
                "--log-queries",
                "--log-facility=-",
                "--local=/test/",
                "--dns-forward-max=20000",
                "--listen-address=10.10.10.1",
                "--bind-interfaces",
                "--port=" + port));
        command.addAll(Arrays.asList(records));
        return new Server(port, command);
    }

    private Server unbound(String... records) throws Exception {
        final Path file = directory.resolve("unbound.conf");
        Files.writeString(
                file,
                """
                server:
                  interface: 10.10.10.1
                  access-control: 10.10.10.0/24 allow
                  do-daemonize: no
                  username: ""
                  chroot: ""
                  directory: "%1$s"
                  pidfile: ""
                  use-syslog: no
                  log-queries: yes
                  verbosity: 1
                  module-config: "iterator"
                  local-zone: "weir.test." static
                  local-data: "weir.test. 300 SOA ns.weir.test. admin.weir.test. 1 3600 600 86400 60"
                """.formatted(directory)
                        + Stream.of(records)
                                .map(record -> "  local-data: '" + record + "'\n")
                                .collect(Collectors.joining()));
        return new Server(NameServer.PORT, List.of("unbound", "-d", "-p", "-c", file.toString()));
    }

    // ---- dnsmasq ----

    @Test
    void dnsmasqTellsRecordsOfEachType() throws Exception {
        OwnNetwork.run(() -> {
            try (Asker asker = new Asker(KERNEL);
                    Server _ = dnsmasq(
                            NameServer.PORT,
                            "--host-record=www.weir.test,192.0.2.80,2001:db8::80",
                            "--cname=web.weir.test,www.weir.test",
                            "--srv-host=_http._tcp.weir.test,www.weir.test,80,1,2",
                            "--mx-host=weir.test,www.weir.test,10",
                            "--txt-record=text.weir.test,one,two three")) {
                assertEquals("FOUND 192.0.2.80", asker.finds("www.weir.test", RecordType.A));
                assertEquals("FOUND 2001:db8::80", asker.finds("www.weir.test", RecordType.AAAA));
                assertEquals("FOUND 192.0.2.80", asker.finds("web.weir.test", RecordType.A));
                assertEquals("FOUND www.weir.test.", asker.finds("80.2.0.192.in-addr.arpa", RecordType.PTR));
                assertEquals("FOUND 1 2 80 www.weir.test.", asker.finds("_http._tcp.weir.test", RecordType.SRV));
                assertEquals("FOUND 10 www.weir.test.", asker.finds("weir.test", RecordType.MX));
                assertEquals("FOUND \"one\" \"two three\"", asker.finds("text.weir.test", RecordType.TXT));
                assertEquals("NO_DATA", asker.finds("www.weir.test", RecordType.TXT));
                assertEquals("NO_NAME", asker.finds("no.weir.test", RecordType.A));
                final HostAnswer host = asker.looksUp("web.weir.test");
                assertEquals("www.weir.test", host.canonicalName());
                assertEquals(2, host.addresses().size());
            }
        });
    }

    @Test
    void whatDoesNotFitADatagramComesOverTcp() throws Exception {
        OwnNetwork.run(() -> {
            final Path hosts = directory.resolve("hosts");
            Files.writeString(
                    hosts,
                    IntStream.range(1, 201)
                            .mapToObj(i -> "192.0.2." + i + " many.weir.test\n")
                            .collect(Collectors.joining()));
            try (Asker asker = new Asker(KERNEL);
                    Server _ = dnsmasq(NameServer.PORT, "--addn-hosts=" + hosts)) {
                assertEquals(
                        200,
                        asker.asks("many.weir.test", RecordType.A).addresses().size());
                assertEquals(1, asker.stack.tcp().counters().opened());
            }
        });
    }

    @Test
    void aDeadFirstServerCostsTheFirstNameOnly() throws Exception {
        OwnNetwork.run(() -> {
            try (Asker asker = new Asker(NOBODY, KERNEL);
                    Server _ = dnsmasq(NameServer.PORT, "--address=/weir.test/192.0.2.80")) {
                for (int i = 0; i < 20; i++) {
                    assertEquals("FOUND 192.0.2.80", asker.finds("a" + i + ".weir.test", RecordType.A));
                }
                assertEquals(1, asker.resolver.timeouts() + asker.resolver.asked() - 20);
            }
        });
    }

    @Test
    void tenThousandNamesAtOnce() throws Exception {
        OwnNetwork.run(() -> {
            final Path hosts = directory.resolve("hosts");
            Files.writeString(
                    hosts,
                    IntStream.range(0, MANY)
                            .mapToObj(i -> "198.18." + (i >> 8) + "." + (i & 0xFF) + " host" + i + ".weir.test\n")
                            .collect(Collectors.joining()));
            try (Asker asker = new Asker(KERNEL);
                    Server _ = dnsmasq(NameServer.PORT, "--addn-hosts=" + hosts)) {
                final List<String> wrong = new ArrayList<>();
                final int[] told = {0};
                for (int i = 0; i < MANY; i++) {
                    final String expected = "[198.18." + (i >> 8) + "." + (i & 0xFF) + "]";
                    asker.resolver.ask(DnsName.parse("host" + i + ".weir.test"), RecordType.A, answer -> {
                        told[0]++;
                        if (!answer.addresses().toString().equals(expected)) {
                            wrong.add(answer.toString());
                        }
                    });
                }
                asker.until(() -> told[0] == MANY);
                assertEquals(MANY, told[0]);
                assertEquals(List.of(), wrong);
            }
        });
    }

    @Test
    void whatIsForgedIsNotBelieved() throws Exception {
        OwnNetwork.run(() -> {
            try (Asker asker = new Asker(KERNEL);
                    Server _ = dnsmasq(5_353, "--address=/weir.test/192.0.2.80");
                    Forger _ = new Forger()) {
                for (int i = 0; i < 50; i++) {
                    assertEquals("FOUND 192.0.2.80", asker.finds("a" + i + ".weir.test", RecordType.A));
                }
                assertTrue(asker.resolver.strangers() > 0);
            }
        });
    }

    /// `forger.py`, in front of a true server.
    private final class Forger implements AutoCloseable {
        private final Process process;

        Forger() throws Exception {
            final Path script = directory.resolve("forger.py");
            try (InputStream in = DnsLabTest.class.getResourceAsStream("forger.py")) {
                Files.write(script, Objects.requireNonNull(in).readAllBytes());
            }
            process = new ProcessBuilder("/usr/bin/python3", script.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            assertEquals("ready", process.inputReader().readLine());
        }

        @Override
        public void close() {
            process.destroy();
            process.onExit().orTimeout(LIMIT_S, TimeUnit.SECONDS).join();
        }
    }

    // ---- unbound ----

    @Test
    void unboundsAliasesAreFollowed() throws Exception {
        OwnNetwork.run(() -> {
            try (Asker asker = new Asker(KERNEL);
                    Server server = unbound(
                            "one.weir.test. 60 CNAME two.weir.test.",
                            "two.weir.test. 60 CNAME three.weir.test.",
                            "three.weir.test. 60 A 192.0.2.80",
                            "round.weir.test. 60 CNAME about.weir.test.",
                            "about.weir.test. 60 CNAME round.weir.test.")) {
                final Answer answer = asker.asks("one.weir.test", RecordType.A);
                assertEquals(List.of(IpAddress.parse("192.0.2.80")), answer.addresses(), server.log());
                assertEquals("three.weir.test.", answer.canonicalName().toString());
                assertTrue(asker.asks("round.weir.test", RecordType.A).status().isFailure());
            }
        });
    }

    @Test
    void thatThereIsNoNameIsRemembered() throws Exception {
        OwnNetwork.run(() -> {
            try (Asker asker = new Asker(KERNEL);
                    Server server = unbound("www.weir.test. 60 A 192.0.2.80")) {
                for (int i = 0; i < 5; i++) {
                    assertEquals("NO_NAME", asker.finds("no.weir.test", RecordType.A));
                    assertEquals("NO_DATA", asker.finds("www.weir.test", RecordType.AAAA));
                    assertEquals("FOUND 192.0.2.80", asker.finds("www.weir.test", RecordType.A));
                }
                assertEquals(1, server.logged("no.weir.test. A IN"), server.log());
                assertEquals(1, server.logged("www.weir.test. AAAA IN"), server.log());
                assertEquals(1, server.logged("www.weir.test. A IN"), server.log());
            }
        });
    }

    @Test
    void unboundsLongAnswersComeOverTcp() throws Exception {
        OwnNetwork.run(() -> {
            try (Asker asker = new Asker(KERNEL);
                    Server server = unbound(IntStream.range(0, 100)
                            .mapToObj(i -> "many.weir.test. 60 AAAA 2001:db8::" + Integer.toHexString(i))
                            .toArray(String[]::new))) {
                assertEquals(
                        100,
                        asker.asks("many.weir.test", RecordType.AAAA)
                                .addresses()
                                .size(),
                        server.log());
            }
        });
    }

    // ---- the host that a command runs ----

    @Test
    void nativeProgramsAskTheNameServersOfTheirHost() throws Exception {
        final String script = """
            LD_PRELOAD= dnsmasq --conf-file=/dev/null --no-resolv --no-hosts --user=root --pid-file= --keep-in-foreground \
                --listen-address=10.10.10.1 --bind-interfaces --local=/test/ \
                --host-record=www.weir.test,192.0.2.80 &
            sleep 1
            /usr/bin/python3 -c '
            import socket
            print(socket.gethostbyname("www.weir.test"), socket.gethostbyname("www"))
            print(socket.getnameinfo(("192.0.2.80", 80), 0)[0])
            try:
                socket.gethostbyname("no.weir.test")
            except socket.gaierror as e:
                print(e.errno == socket.EAI_NONAME)
            '
            kill $!
            """;
        try (WeirProcess weir = WeirProcess.start(
                "lab", "--preload", "--dns", "10.10.10.1", "--search", "weir.test", "--", "sh", "-c", script)) {
            final WeirProcess.Result result = weir.result(LIMIT_S);
            assertEquals("192.0.2.80 192.0.2.80\nwww.weir.test\nTrue\n", result.output(), result::toString);
            assertEquals(0, result.status());
        }
    }
}
