package org.weir.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weir.cli.WeirProcess.Result;

/// Native programs that know nothing of Weir, on it by `libweir.so`: at 10.10.10.2, with programs on the kernel at
/// 10.10.10.1. Each test has a network of its own.
@NeedsLab(
        tools = {
            "cc",
            "curl",
            "dig",
            "dnsmasq",
            "git",
            "iperf3",
            "nc",
            "nginx",
            "ping",
            "python3",
            "redis-benchmark",
            "redis-server",
            "sha256sum",
            "socat",
            "ssh",
            "sshd",
            "wget",
            "wrk"
        })
@Timeout(240)
final class NativeProgramsTest {
    private static final int LIMIT_S = 90;
    private static final int LONG_LIMIT_S = 200;
    private static final int MIB = 1 << 20;

    /// `$W PROGRAM` runs it on Weir, anything else is on the kernel. `kernel_listens PORT` and `weir_listens PORT`
    /// wait for a server that takes more than one connection.
    private static final String PRELUDE = """
        W="env LD_PRELOAD=$LD_PRELOAD"
        unset LD_PRELOAD
        kernel_listens() { until nc -z 10.10.10.1 $1; do sleep 0.05; done; }
        weir_listens() { until nc -z 10.10.10.2 $1; do sleep 0.05; done; }
        """;

    @TempDir
    private static Path directory;

    private static String hash;

    @BeforeAll
    static void aFileOfAHundredMegabytes() throws Exception {
        final byte[] content = new byte[100 * MIB];
        new Random(1).nextBytes(content);
        Files.write(directory.resolve("big"), content);
        Files.write(directory.resolve("middle"), Arrays.copyOf(content, 10 * MIB));
        Files.writeString(directory.resolve("small"), "a small file\n");
        hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    }

    private static Result run(String script) throws Exception {
        return WeirProcess.lab(LIMIT_S, PRELUDE + "cd " + directory + "\n" + script, "--preload", "--counters");
    }

    private static String output(String script) throws Exception {
        return run(script).hasStatus(0).output();
    }

    // ---- nc ----

    @Test
    void ncConnectsAndBothSidesHearEachOther() throws Exception {
        final String script = """
            (echo from the kernel; sleep 2) | nc -l -N 10.10.10.1 80 >heard &
            until (echo from weir; sleep 0.5) | $W nc -N 10.10.10.1 80; do sleep 0.1; done
            wait $!
            cat heard
            """;
        assertEquals("from the kernel\nfrom weir\n", output(script));
    }

    @Test
    void ncListensAndBothSidesHearEachOther() throws Exception {
        final String script = """
            (echo from weir; sleep 2) | $W nc -l -N 8090 >heard &
            until (echo from the kernel; sleep 0.5) | nc -N 10.10.10.2 8090; do sleep 0.1; done
            wait $!
            cat heard
            """;
        assertEquals("from weir\nfrom the kernel\n", output(script));
    }

    @Test
    void whereNobodyListensTheConnectionIsRefused() throws Exception {
        final Result result = run("$W nc -v 10.10.10.1 81").hasStatus(1);
        assertTrue(result.error().contains("Connection refused"), result::toString);
    }

    @Test
    void theLoopbackStaysTheKernels() throws Exception {
        final String script = """
            echo over the loopback | nc -l -N 127.0.0.1 80 &
            until sleep 0.5 | $W nc -N 127.0.0.1 80; do sleep 0.1; done
            """;
        assertEquals("over the loopback\n", output(script));
    }

    // ---- ping ----

    @ParameterizedTest
    @ValueSource(strings = {"", "-I weir0", "-s 1400"})
    void pingLosesNothing(String options) throws Exception {
        final String output = output("$W ping -c 5 -i 0.2 " + options + " 10.10.10.1");
        assertTrue(output.contains(" 5 received, 0% packet loss"), output);
    }

    // ---- HTTP ----

    private static final String SERVER_ON_THE_KERNEL = """
        python3 -m http.server -b 10.10.10.1 8000 >/dev/null 2>&1 &
        kernel_listens 8000
        """;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "curl -s http://10.10.10.1:8000/big",
                "wget -q -O - http://10.10.10.1:8000/big",
                "python3 -c \"import sys, urllib.request;"
                        + " sys.stdout.buffer.write(urllib.request.urlopen('http://10.10.10.1:8000/big').read())\"",
            })
    void aClientFetchesAHundredMegabytes(String client) throws Exception {
        assertEquals(hash + "  -\n", output(SERVER_ON_THE_KERNEL + "$W " + client + " | sha256sum"));
    }

    @Test
    void curlFetchesFiftyFilesAtOnce() throws Exception {
        final String script = """
            for i in $(seq 50); do echo url=http://10.10.10.1:8000/small; echo output=- ; done >config
            $W curl -sS --no-progress-meter -Z --parallel-max 50 -K config
            """;
        assertEquals("a small file\n".repeat(50), output(SERVER_ON_THE_KERNEL + script));
    }

    @Test
    void pythonServes() throws Exception {
        final String script = """
            $W python3 -m http.server 8001 >/dev/null 2>&1 &
            weir_listens 8001
            curl -s http://10.10.10.2:8001/big | sha256sum
            """;
        assertEquals(hash + "  -\n", output(script));
    }

    @Test
    void nginxServesWithTwoWorkers() throws Exception {
        Files.createDirectories(directory.resolve("nginx"));
        Files.writeString(directory.resolve("nginx/conf"), """
            worker_processes 2; daemon off; pid %1$s/nginx/pid; error_log %1$s/nginx/log; user root;
            events { use epoll; }
            http {
                access_log off; sendfile on;
                client_body_temp_path %1$s/nginx/1; proxy_temp_path %1$s/nginx/2; fastcgi_temp_path %1$s/nginx/3;
                uwsgi_temp_path %1$s/nginx/4; scgi_temp_path %1$s/nginx/5;
                server { listen 8080; root %1$s; }
            }
            """.formatted(directory));
        final String script = """
            $W nginx -c $PWD/nginx/conf 2>/dev/null &
            weir_listens 8080
            curl -s http://10.10.10.2:8080/big | sha256sum
            for i in $(seq 50); do echo url=http://10.10.10.2:8080/middle?$i; echo output=- ; done >config
            curl -sS --no-progress-meter -Z --parallel-max 50 -K config | wc -c
            wrk -t 1 -c 50 -d 1 http://10.10.10.2:8080/small
            """;
        final String output = output(script);
        assertTrue(output.startsWith(hash + "  -\n" + 50 * 10 * MIB + "\n"), output);
        assertTrue(output.contains("requests in 1"), output);
        assertFalse(output.contains("Non-2xx") || output.contains("Socket errors"), output);
    }

    // ---- other servers ----

    @Test
    void socatForksForEachConnection() throws Exception {
        final String script = """
            $W socat TCP-LISTEN:9000,reuseaddr,fork EXEC:'tr a-z A-Z' &
            weir_listens 9000
            for i in 1 2 3; do echo "hello $i" | socat -t 5 - TCP:10.10.10.2:9000; done
            """;
        assertEquals("HELLO 1\nHELLO 2\nHELLO 3\n", output(script));
    }

    @Test
    void redisAnswersItsBenchmark() throws Exception {
        final String script = """
            $W redis-server --port 6379 --bind 0.0.0.0 --protected-mode no --save '' >/dev/null &
            weir_listens 6379
            redis-benchmark -h 10.10.10.2 -n 5000 -c 50 --csv -t set,get
            """;
        final String output = output(script);
        assertTrue(output.contains("\"SET\"") && output.contains("\"GET\""), output);
    }

    @Test
    void sshLogsInBothWays() throws Exception {
        final String script = """
            mkdir -p /run/sshd; rm -f key
            ssh-keygen -q -t ed25519 -N '' -f key
            daemon="$(command -v sshd) -D -h $PWD/key -o AuthorizedKeysFile=$PWD/key.pub -o StrictModes=no"
            daemon="$daemon -o PidFile=none -o UsePAM=no -o PermitRootLogin=yes"
            login="ssh -i key -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
            $W $daemon -p 2222 2>/dev/null &
            $daemon -p 2223 -o ListenAddress=10.10.10.1 2>/dev/null &
            weir_listens 2222
            $login -p 2222 10.10.10.2 echo into weir
            kernel_listens 2223
            $W $login -p 2223 10.10.10.1 sha256sum <big
            """;
        assertEquals("into weir\n" + hash + "  -\n", output(script));
    }

    @Test
    void gitClonesBothWays() throws Exception {
        final String script = """
            git init -q --bare repo.git && touch repo.git/git-daemon-export-ok
            git init -q work 2>/dev/null && cp middle work && cd work && git add middle
            git -c user.name=n -c user.email=e commit -q -m m && git push -q ../repo.git HEAD:master && cd ..
            $W git daemon --base-path=$PWD --export-all --port=9418 2>/dev/null &
            git daemon --base-path=$PWD --export-all --listen=10.10.10.1 --port=9419 2>/dev/null &
            weir_listens 9418
            git clone -q git://10.10.10.2/repo.git from-weir
            kernel_listens 9419
            $W git clone -q git://10.10.10.1:9419/repo.git to-weir
            cmp from-weir/middle middle && cmp to-weir/middle middle && echo the same
            """;
        assertEquals("the same\n", output(script));
    }

    @Test
    void digAsksByUdpAndTcp() throws Exception {
        final String script = """
            dnsmasq -k --conf-file=/dev/null --no-resolv --no-hosts --pid-file= --address=/name.test/192.0.2.7 \
                --listen-address=10.10.10.1 --bind-interfaces &
            kernel_listens 53
            $W dig +short name.test @10.10.10.1
            $W dig +short +tcp name.test @10.10.10.1
            """;
        assertEquals("192.0.2.7\n192.0.2.7\n", output(script));
    }

    // ---- iperf3 ----

    @ParameterizedTest
    @ValueSource(strings = {"", "-R", "-P 4", "-u -b 50M", "-u -b 50M -R"})
    void iperfMeasuresBothWays(String options) throws Exception {
        final String script = """
            rm -f weir.log kernel.log # of the run before
            $W iperf3 -s --forceflush >weir.log 2>&1 &
            iperf3 -s --forceflush -B 10.10.10.1 >kernel.log &
            until grep -q listening weir.log; do sleep 0.05; done
            iperf3 -c 10.10.10.2 -t 1 %1$s
            until grep -q listening kernel.log; do sleep 0.05; done
            $W iperf3 -c 10.10.10.1 -t 1 %1$s
            """.formatted(options);
        final Result result = run(script).hasStatus(0);
        assertEquals(2, result.output().split("iperf Done", -1).length - 1, result::toString);
    }

    // ---- what is left behind ----

    private static final String COUNTERS_OF_NOTHING = """
          pages                                        0
          blocks                                       0
          handles                                      0
        """;

    @Test
    void afterSixtyFiveThousandConnectionsNothingIsHeld() throws Exception {
        Files.writeString(directory.resolve("many.py"), """
            import socket, sys
            if sys.argv[1] == 'serve':
                s = socket.create_server(('', 7000), backlog=64)
                while True:
                    c, _ = s.accept()
                    c.sendall(c.recv(10))
                    c.close()
            for i in range(65536):
                c = socket.create_connection(('10.10.10.2', 7000))
                c.sendall(b'octets')
                if c.recv(10) != b'octets' or c.recv(10) != b'':
                    sys.exit(i)
                c.close()
            """);
        final String script = """
            $W python3 many.py serve & SERVER=$!
            weir_listens 7000
            python3 many.py call || exit 1
            kill -9 $SERVER
            """;
        final Result result = run(script).hasStatus(0);
        holdsNothing(result);
        assertTrue(result.error().contains("program sockets                              0"), result::error);
    }

    private static void holdsNothing(Result result) {
        COUNTERS_OF_NOTHING.lines().forEach(line -> assertTrue(result.error().contains(line), result::error));
    }

    @Test
    void whoKillsAProgramResetsOrClosesItsConnections() throws Exception {
        final String script = """
            $W socat -u OPEN:/dev/zero TCP:10.10.10.1:7001 & CLIENT=$!
            timeout 20 socat -u TCP-LISTEN:7001,bind=10.10.10.1,reuseaddr OPEN:/dev/null 2>/dev/null & SERVER=$!
            sleep 0.2
            kill -9 $CLIENT 2>/dev/null
            $W socat -u OPEN:/dev/zero TCP:10.10.10.1:7001,retry=50,interval=0.1 & CLIENT=$!
            sleep 1
            kill -9 $CLIENT
            wait $SERVER
            [ $? -ne 124 ] && echo the server has seen the end
            sleep 0.3
            """;
        final Result result = run(script).hasStatus(0);
        assertEquals("the server has seen the end\n", result.output());
        holdsNothing(result);
    }

    // ---- hosts that come and go ----

    /// `$W PROGRAM` runs it on a host that it starts by itself. `host PID` is the process of that host.
    private static Result alone(String script) throws Exception {
        final String prelude = """
            cd %1$s
            export WEIR_SOCKET=%1$s/control WEIR_COMMAND=%2$s
            W="env LD_PRELOAD=%3$s"
            ip link set lo up
            """.formatted(directory, command(), Library.find());
        return WeirProcess.namespace(LIMIT_S, prelude + script);
    }

    private static final String UNTIL_THE_HOST_HAS_ENDED = """
        while kill -0 $(cat pid) 2>/dev/null; do sleep 0.1; done
        ip -br link | grep -c weir
        ls control 2>/dev/null
        """;

    @Test
    void aProgramStartsAHostThatEndsAfterIt() throws Exception {
        final String script = """
            $W ping -c 1 10.10.10.1 >out && grep -c ' 1 received, 0% packet loss' out
            """;
        assertEquals("1\n0\n", alone(script + UNTIL_THE_HOST_HAS_ENDED).output());
    }

    @Test
    void twoProgramsShareTheHostThatOneOfThemStarts() throws Exception {
        final String script = """
            export WEIR_TAP=other0 WEIR_IP=10.20.30.2/24 WEIR_HOST_IP=10.20.30.1
            ((echo over the stack; sleep 3) | $W nc -l -N 10.20.30.2 90) &
            until sleep 0.5 | $W nc -N 10.20.30.2 90; do sleep 0.1; done
            ip -br address show other0 | grep -o '10.20.30.1/24'
            """;
        assertEquals(
                "over the stack\n10.20.30.1/24\n0\n",
                alone(script + UNTIL_THE_HOST_HAS_ENDED).output());
    }

    @Test
    void whoKillsTheHostIsToldByEachCall() throws Exception {
        Files.writeString(directory.resolve("orphan.py"), """
            import errno, os, signal, socket, subprocess, sys, threading
            listener = socket.create_server(('', 7000))
            datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            datagrams.bind(('', 7000))
            stream = socket.create_connection(('10.10.10.2', 7000))
            threading.Timer(0.5, lambda: os.kill(int(open('pid').read()), signal.SIGKILL)).start()
            def told(name, call):
                try:
                    call()
                    print(name, 'went on')
                except OSError as e:
                    print(name, errno.errorcode[e.errno])
            told('recv', lambda: stream.recv(1))
            told('send', lambda: stream.send(b'1'))
            told('accept', lambda: (listener.accept(), listener.accept()))
            told('recvfrom', lambda: datagrams.recvfrom(1))
            told('bind', lambda: datagrams.bind(('', 1)))
            """);
        assertEquals("""
            recv ENETDOWN
            send ENETDOWN
            accept ENETDOWN
            recvfrom ENETDOWN
            bind ENETDOWN
            """, alone("$W python3 orphan.py").output());
    }

    @Test
    void withoutTheRightToMakeADeviceTheProgramIsToldWhy() throws Exception {
        final Result result = alone("setpriv --bounding-set=-all --inh-caps=-all $W curl -s -m 9 http://10.10.10.1/");
        assertTrue(result.error().contains("weir"), result::toString);
        assertEquals(7, result.status(), result::toString);
    }

    // ---- programs that misbehave ----

    @Test
    void nonsenseOnTheControlSocketEndsItsProgramsSocketsAndNothingElse() throws Exception {
        Files.writeString(directory.resolve("nonsense.py"), """
            import array, os, random, socket, struct
            path = os.environ['WEIR_SOCKET']
            def control():
                s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                s.connect(path)
                return s
            def request(call, id=0, address=0, port=0, type=0, protocol=0, argument=0, value=b''):
                return struct.pack('=IIQIHHiiiI', 1, call, id, address, port, len(value), type, protocol, argument, 0) + value
            def made(s, type):
                s.send(request(1, type=type))
                reply, rights, _, _ = s.recvmsg(100, 100)
                fd = array.array('i', rights[0][2])[0]
                return socket.socket(fileno=fd), struct.unpack('=Q', reply[16:24])[0]
            good = control()
            stream, id = made(good, 1)
            random.seed(7)
            for i in range(2000):
                bad = control()
                theirs, _ = made(bad, random.choice((1, 2)))
                bad.send(random.choice((
                    random.randbytes(random.randrange(1, 5000)),
                    request(random.randrange(13, 1 << 31)),
                    request(8, value=b'x' * 100)[:-1],
                    struct.pack('=I', 2) + request(1)[4:])))
                if bad.recv(100) != b'':
                    print('an answer to nonsense')
                if theirs.recv(100) != b'':
                    print('a socket of who talks nonsense lives')
            for i in range(2000):
                good.send(request(random.choice((2, 3, 4, 5, 6, 7, 8, 9)), random.choice((0, id, id ^ 1, -1 & (1 << 64) - 1)),
                    random.getrandbits(32), random.getrandbits(16), random.getrandbits(31), random.getrandbits(31),
                    random.getrandbits(31), random.randbytes(random.randrange(200))))
                good.recv(5000)
            datagrams, _ = made(good, 2)
            datagrams.send(b'no header')
            print(datagrams.recv(100))
            good.send(request(9, 0))
            print(len(good.recv(100)))
            """);
        final Result result =
                run("WEIR_SOCKET=$WEIR_SOCKET python3 nonsense.py; $W ping -c 1 10.10.10.1 | grep -o '1 received'")
                        .hasStatus(0);
        assertEquals("b''\n16\n1 received\n", result.output(), result::toString);
        holdsNothing(result);
    }

    @Test
    void theControlSocketIsItsUsersAlone() throws Exception {
        final String script = """
            stat -c %a $WEIR_SOCKET
            chmod 777 $WEIR_SOCKET $(dirname $WEIR_SOCKET)
            setpriv --reuid 65534 --clear-groups $W curl -s -m 9 http://10.10.10.1/ || echo curl $?
            """;
        assertEquals("600\ncurl 7\n", output(script));
    }

    // ---- the cases of the C programs ----

    /// The cases print what each call does; `differences.txt` has what may differ, and why.
    @ParameterizedTest
    @ValueSource(strings = {"", "-asan", "-valgrind"})
    void theSocketCallsDoOnWeirWhatTheyDoOnTheKernelButForTheDocumentedDifferences(String checker) throws Exception {
        final Path sources = Library.find().resolveSibling("preload/src/test/c");
        final String script = """
            cd %1$s
            make -s -C %2$s OUT=$PWD/cases LIBRARY=%3$s WEIR=%4$s check%5$s
            """.formatted(directory, sources, Library.find(), command(), checker);
        final Result result = WeirProcess.namespace(LONG_LIMIT_S, script);
        assertEquals("", result.output(), result::toString);
        result.hasStatus(0);
    }

    /// A script that does what the launcher does, and tells its process in the file `pid`.
    private static Path command() throws IOException {
        final Path command = directory.resolve("weir");
        final String words = String.join("' '", WeirProcess.words());
        Files.writeString(command, "#!/bin/sh\necho $$ >" + directory + "/pid\nexec '" + words + "' \"$@\"\n");
        assertTrue(command.toFile().setExecutable(true));
        return command;
    }
}
