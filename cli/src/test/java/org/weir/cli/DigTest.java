package org.weir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weir.cli.OwnNetwork.shell;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.weir.cli.WeirProcess.Result;

/// `weir dig`, and names in other commands, by a running host and by a stack of its own, with dnsmasq at the other end.
@NeedsLab(tools = {"dnsmasq", "ip", "ss"})
@Timeout(120)
final class DigTest {
    private static final int LIMIT_S = 60;

    /// A name server on the kernel's address, which has begun to listen.
    private static final class Dnsmasq implements AutoCloseable {
        private final Process process;

        Dnsmasq() throws Exception {
            process = new ProcessBuilder(
                            "dnsmasq",
                            "--keep-in-foreground",
                            "--conf-file=/dev/null",
                            "--no-resolv",
                            "--no-hosts",
                            "--user=root",
                            "--pid-file=",
                            "--local=/test/",
                            "--local-ttl=60",
                            "--listen-address=" + RunningHost.KERNEL,
                            "--bind-interfaces",
                            "--host-record=www.weir.test,192.0.2.80,2001:db8::80",
                            "--host-record=kernel.weir.test," + RunningHost.KERNEL,
                            "--cname=web.weir.test,www.weir.test",
                            "--txt-record=text.weir.test,one two")
                    .inheritIO()
                    .start();
            for (int i = 0; i < 10 * LIMIT_S && !shell("ss -Hltn sport = :53").contains(":53"); i++) {
                Thread.sleep(100);
            }
        }

        @Override
        public void close() {
            process.destroy();
            process.onExit().orTimeout(LIMIT_S, TimeUnit.SECONDS).join();
        }
    }

    @Test
    void recordsArePrintedAsDigPrintsThem() throws Exception {
        OwnNetwork.run(() -> {
            try (RunningHost host = RunningHost.up("--dns", RunningHost.KERNEL);
                    Dnsmasq _ = new Dnsmasq()) {
                final List<String> lines =
                        host.ask("dig", "web.weir.test").lines().toList();
                assertEquals(";; status: NOERROR, answers: 2", lines.getFirst());
                assertTrue(lines.contains(";web.weir.test.\t\t\tIN\tA"), lines::toString);
                assertTrue(lines.contains("web.weir.test.\t\t60\tIN\tCNAME\twww.weir.test."), lines::toString);
                assertTrue(lines.contains("www.weir.test.\t\t60\tIN\tA\t192.0.2.80"), lines::toString);
                assertEquals(";; SERVER: 10.10.10.1#53", lines.getLast());
                final String again = host.ask("dig", "web.weir.test");
                assertTrue(again.contains(";; SERVER: none: remembered"), again);
            }
        });
    }

    @Test
    void wordsSayWhatIsWanted() throws Exception {
        OwnNetwork.run(() -> {
            try (RunningHost host = RunningHost.up();
                    Dnsmasq _ = new Dnsmasq()) {
                assertEquals("2001:db8::80\n", host.ask("dig", "@10.10.10.1", "www.weir.test", "aaaa", "+short"));
                assertEquals("www.weir.test.\n", host.ask("dig", "@10.10.10.1", "-x", "192.0.2.80", "+short"));
                assertEquals(
                        "\"one two\"\n",
                        host.ask("dig", "-t", "TXT", "@10.10.10.1", "text.weir.test", "+short", "+tcp"));
                final JsonObject answer = JsonParser.parseString(
                                host.ask("dig", "@10.10.10.1", "no.weir.test", "--json"))
                        .getAsJsonObject();
                assertEquals("NXDOMAIN", answer.get("status").getAsString());
                assertFalse(answer.has("failure"));
            }
        });
    }

    @Test
    void whereNobodyAnswersTheStatusSaysSo() throws Exception {
        OwnNetwork.run(() -> {
            try (RunningHost host = RunningHost.up()) {
                final Result without = host.result("dig", "www.weir.test").hasStatus(9);
                assertTrue(without.output().startsWith(";; status: NO_SERVER, answers: 0  (no name server is known)"));
                final Result silent =
                        host.result("dig", "@10.10.10.1", "www.weir.test").hasStatus(9);
                assertTrue(silent.output().startsWith(";; status: NO_ANSWER, answers: 0  (no name server answers)"));
            }
        });
    }

    @Test
    void otherCommandsLookNamesUpToo() throws Exception {
        OwnNetwork.run(() -> {
            try (RunningHost host = RunningHost.up("--dns", RunningHost.KERNEL, "--search", "weir.test");
                    Dnsmasq _ = new Dnsmasq()) {
                assertTrue(host.ask("ping", "-c", "1", "kernel").startsWith("PING kernel (10.10.10.1) "));
                final Result unknown =
                        host.result("ping", "-c", "1", "nobody.weir.test").hasStatus(2);
                assertEquals("weir ping: nobody.weir.test: there is no such name\n", unknown.error());
                final Result get =
                        host.result("get", "http://nobody.weir.test/").hasStatus(6);
                assertEquals("weir get: nobody.weir.test: there is no such name\n", get.error());
            }
        });
    }

    @Test
    void aStackOfItsOwnAsksToo() throws Exception {
        OwnNetwork.run(() -> {
            assertEquals("", shell("ip tuntap add dev weir0 mode tap"));
            OwnNetwork.configure("weir0", RunningHost.KERNEL + "/24");
            try (Dnsmasq _ = new Dnsmasq();
                    WeirProcess weir = WeirProcess.start(
                            "dig",
                            "--tap",
                            "weir0",
                            "--ip",
                            "10.10.10.2/24",
                            "--dns",
                            "10.10.10.1",
                            "www.weir.test",
                            "+short")) {
                assertEquals("192.0.2.80\n", weir.result(LIMIT_S).hasStatus(0).output());
            }
        });
    }
}
