package org.weir.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The same programs as over a TAP, a server and a client in one JVM on two hosts that a cable in memory joins: no
/// kernel, no root.
final class InMemoryProgramsTest {
    @TempDir
    private Path directory;

    @BeforeEach
    void aFileOfNoise() throws IOException {
        final byte[] octets = new byte[2_000_000];
        new Random(3).nextBytes(octets);
        Files.write(directory.resolve("file"), octets);
    }

    private String together(String... words) throws Exception {
        return together(List.of(), words);
    }

    private String together(List<String> options, String... words) throws Exception {
        final List<String> command = new ArrayList<>(List.of(
                Child.java(),
                "-XX:+UseSerialGC",
                "-Djava.nio.channels.spi.SelectorProvider=" + TwoHosts.class.getName(),
                "-cp",
                String.join(File.pathSeparator, Child.classPath()),
                Together.class.getName()));
        command.addAll(1, options);
        command.addAll(List.of(words));
        return Child.run(new ProcessBuilder(command), directory);
    }

    @Test
    void nettyAnswersTheClientOfTheJdk() throws Exception {
        together(
                "org.weir.interop.NettyPrograms",
                "--",
                "org.weir.interop.JdkPrograms",
                "fetch",
                "http://10.77.0.2:8080/path",
                "answer");
        assertEquals("hello from Netty: /path\n", Files.readString(directory.resolve("answer")));
    }

    @Test
    void nettyEchoesToNetty() throws Exception {
        final String printed = together(
                "org.weir.interop.NettyPrograms", "--", "org.weir.interop.NettyClient", "10.77.0.2", "file", "copy");
        assertTrue(printed.contains("echoed 2000000\n"), printed);
        assertSameFile("copy");
    }

    @Test
    void theServerOfTheJdkAnswersItsClient() throws Exception {
        together(
                "org.weir.interop.JdkPrograms",
                "serve",
                "--",
                "org.weir.interop.JdkPrograms",
                "post",
                "http://10.77.0.2:8080/",
                "file",
                "echoed");
        assertSameFile("echoed");
    }

    @Test
    void jettyAnswersTheClientOfTheJdkPlainAndOverTls() throws Exception {
        final String keytool = Path.of(Child.java()).resolveSibling("keytool").toString();
        Child.run(
                new ProcessBuilder(
                        (keytool + " -genkeypair -keystore keys.p12 -storepass secret -keyalg EC -dname CN=weir"
                                        + " -ext san=ip:10.77.0.2")
                                .split(" ", -1)),
                directory);
        for (final String url : List.of("http://10.77.0.2:8080/path", "https://10.77.0.2:8443/path")) {
            together(
                    List.of("-Djavax.net.ssl.trustStore=keys.p12", "-Djavax.net.ssl.trustStorePassword=secret"),
                    "org.weir.interop.JettyProgram",
                    "keys.p12",
                    "--",
                    "org.weir.interop.JdkPrograms",
                    "fetch",
                    url,
                    "answer");
            assertEquals("hello from Jetty: /path\n", Files.readString(directory.resolve("answer")));
        }
    }

    @Test
    void grpcCallsAndStreams() throws Exception {
        final String printed = together(
                "org.weir.interop.GrpcPrograms", "serve", "--", "org.weir.interop.GrpcPrograms", "call", "10.77.0.2");
        assertTrue(printed.contains("echoed 1000, spelt 1000\n"), printed);
    }

    private void assertSameFile(String copy) throws IOException {
        assertEquals(-1, Files.mismatch(directory.resolve("file"), directory.resolve(copy)));
    }
}
