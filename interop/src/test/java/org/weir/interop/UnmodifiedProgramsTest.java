package org.weir.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

@EnabledIf(value = "org.weir.interop.Lab#isPossible", disabledReason = "needs root, /dev/net/tun and tools")
final class UnmodifiedProgramsTest {
    @TempDir
    private Path directory;

    @BeforeEach
    void aFileOfNoise() throws IOException {
        final byte[] octets = new byte[2_000_000];
        new Random(3).nextBytes(octets);
        Files.write(directory.resolve("file"), octets);
    }

    private String lab(String script) throws Exception {
        return Lab.run(directory, script);
    }

    private void assertSameFile(String copy) throws IOException {
        assertEquals(-1, Files.mismatch(directory.resolve("file"), directory.resolve(copy)));
    }

    @Test
    void nettyEchoes() throws Exception {
        lab("""
            serve org.weir.interop.NettyPrograms
            for i in 1 2 3; do socat -t 20 - TCP:10.77.0.2:7 <file >copy$i & clients="${clients-} $!"; done
            wait $clients
            """);
        assertSameFile("copy1");
        assertSameFile("copy2");
        assertSameFile("copy3");
    }

    @Test
    void nettyAnswersThousandRequests() throws Exception {
        final String printed = lab("""
            serve org.weir.interop.NettyPrograms
            curl -sS http://10.77.0.2:8080/path
            ab -q -n 1000 -c 20 http://10.77.0.2:8080/
            ab -q -k -n 1000 -c 20 http://10.77.0.2:8080/
            """);
        assertTrue(printed.contains("hello from Netty: /path\n"), printed);
        assertThousandTwice(printed);
    }

    private static void assertThousandTwice(String printed) {
        assertEquals(3, printed.split("Complete requests: +1000\n", -1).length, printed);
        assertEquals(3, printed.split("Failed requests: +0\n", -1).length, printed);
    }

    @Test
    void jettyAnswersThousandRequestsPlainAndOverTls() throws Exception {
        final String printed = lab("""
            "${JAVA%/java}/keytool" -genkeypair -keystore keys.p12 -storepass secret -keyalg EC -dname CN=weir >/dev/null 2>&1
            serve org.weir.interop.JettyProgram keys.p12
            curl -sS http://10.77.0.2:8080/plain
            curl -sS -k https://10.77.0.2:8443/tls
            ab -q -k -n 1000 -c 20 http://10.77.0.2:8080/
            ab -q -n 1000 -c 10 https://10.77.0.2:8443/
            """);
        assertTrue(printed.contains("hello from Jetty: /plain\n"), printed);
        assertTrue(printed.contains("hello from Jetty: /tls\n"), printed);
        assertThousandTwice(printed);
    }

    @Test
    void theServerOfTheJdkAnswers() throws Exception {
        final String printed = lab("""
            serve org.weir.interop.JdkPrograms serve
            curl -sS --data-binary @file http://10.77.0.2:8080/ >copy
            ab -q -k -n 1000 -c 20 http://10.77.0.2:8080/
            ab -q -n 1000 -c 20 http://10.77.0.2:8080/
            """);
        assertSameFile("copy");
        assertThousandTwice(printed);
    }

    @Test
    void theClientOfTheJdkFetchesAndSends() throws Exception {
        lab("""
            "$JAVA" -m jdk.httpserver -b 10.77.0.1 -p 8000 >kernel.out 2>&1 &
            "$JAVA" -cp "$CLASSES" org.weir.interop.JdkPrograms serve >echo.out &
            await echo.out
            for i in $(seq 200); do if curl -sf http://10.77.0.1:8000/file >/dev/null; then break; fi; sleep 0.05; done
            weir org.weir.interop.JdkPrograms fetch http://10.77.0.1:8000/file copy
            weir org.weir.interop.JdkPrograms post http://10.77.0.1:8080/ file echoed
            """);
        assertSameFile("copy");
        assertSameFile("echoed");
    }

    @Test
    void grpcIsServed() throws Exception {
        final String printed = lab("""
            serve org.weir.interop.GrpcPrograms serve
            "$JAVA" -cp "$CLASSES" org.weir.interop.GrpcPrograms call 10.77.0.2
            """);
        assertTrue(printed.contains("echoed 1000, spelt 1000\n"), printed);
    }

    @Test
    void grpcIsCalled() throws Exception {
        final String printed = lab("""
            "$JAVA" -cp "$CLASSES" org.weir.interop.GrpcPrograms serve >kernel.out &
            await kernel.out
            weir org.weir.interop.GrpcPrograms call 10.77.0.1
            """);
        assertTrue(printed.contains("echoed 1000, spelt 1000\n"), printed);
    }

    @Test
    void namesAreAskedForThroughTheStack() throws Exception {
        lab("""
            "$JAVA" -m jdk.httpserver -b 10.77.0.1 -p 8000 >kernel.out 2>&1 &
            dnsmasq --no-daemon --no-resolv --no-hosts --listen-address=10.77.0.1 --bind-interfaces --user=root \
                --address=/www.weir.test/10.77.0.1 --cname=alias.weir.test,www.weir.test >names.out 2>&1 &
            for i in $(seq 200); do if curl -sf http://10.77.0.1:8000/file >/dev/null; then break; fi; sleep 0.05; done
            weir -Dweir.dns=10.77.0.1 org.weir.interop.JdkPrograms fetch http://www.weir.test:8000/file copy
            """);
        assertSameFile("copy");
    }

    @Test
    void aNameThatNobodyKnowsIsUnknown() throws Exception {
        final String printed = lab("""
            dnsmasq --no-daemon --no-resolv --no-hosts --listen-address=10.77.0.1 --bind-interfaces --user=root \
                --local=/weir.test/ >names.out 2>&1 &
            if weir -Dweir.dns=10.77.0.1 org.weir.interop.SocketPrograms fetch http://no.weir.test/ copy; then exit 3; fi
            """);
        assertTrue(printed.contains("UnknownHostException: no.weir.test"), printed);
    }

    // ---- sockets, by the agent ----

    @Test
    void serverSocketsAccept() throws Exception {
        lab("""
            agent tap=t0,ip=10.77.0.2/24 org.weir.interop.SocketPrograms serve >server.out &
            await server.out
            for i in 1 2 3; do socat -t 20 - TCP:10.77.0.2:7 <file >copy$i & clients="${clients-} $!"; done
            wait $clients
            """);
        assertSameFile("copy1");
        assertSameFile("copy2");
        assertSameFile("copy3");
    }

    @Test
    void urlsAreFetched() throws Exception {
        lab("""
            "$JAVA" -m jdk.httpserver -b 10.77.0.1 -p 8000 >kernel.out 2>&1 &
            for i in $(seq 200); do if curl -sf http://10.77.0.1:8000/file >/dev/null; then break; fi; sleep 0.05; done
            agent tap=t0,ip=10.77.0.2/24 org.weir.interop.SocketPrograms fetch http://10.77.0.1:8000/file copy
            """);
        assertSameFile("copy");
    }

    @Test
    void withoutADeviceAProgramTalksToItself() throws Exception {
        assertEquals("1000000 octets, true\n", lab("agent '' org.weir.interop.SocketPrograms self"));
    }

    @Test
    void theAgentRefusesWhatIsNoSetting() throws Exception {
        final String printed = lab("if agent tpa=t0 org.weir.interop.SocketPrograms self; then exit 3; fi");
        assertTrue(printed.contains("no setting is called tpa; there are [connections, "), printed);
    }

    // ---- databases, by a socket factory ----

    @Test
    void postgresqlIsReachedByASocketFactory() throws Exception {
        final String printed = lab("""
            bin=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
            chmod 755 . && mkdir data && chown postgres data
            as() { setpriv --reuid postgres --regid postgres --init-groups "$@"; }
            as "$bin/initdb" -D "$PWD/data" -A trust -N >initdb.out
            echo 'host all all 10.77.0.0/24 trust' >>data/pg_hba.conf
            as "$bin/pg_ctl" -D "$PWD/data" -o '-h 10.77.0.1 -F' -o "-k $PWD/data" -l data/log -w start >/dev/null
            weir org.weir.interop.DatabasePrograms postgres \\
                'jdbc:postgresql://10.77.0.1/postgres?user=postgres&socketFactory=org.weir.jdk.WeirSocketFactory'
            as "$bin/pg_ctl" -D "$PWD/data" -m immediate stop >/dev/null
            """);
        assertEquals("all the same\n", printed);
    }

    @Test
    void redisIsReachedByASocketFactory() throws Exception {
        final String printed = lab("""
            redis-server --bind 10.77.0.1 --protected-mode no --save '' >redis.out &
            for i in $(seq 200); do if grep -q 'Ready to accept' redis.out; then break; fi; sleep 0.05; done
            weir org.weir.interop.DatabasePrograms redis 10.77.0.1 org.weir.jdk.WeirSocketFactory
            """);
        assertEquals("all the same\n", printed);
    }
}
