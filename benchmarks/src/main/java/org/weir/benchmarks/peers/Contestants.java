package org.weir.benchmarks.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.weir.benchmarks.peers.Contestant.Kind;

/// Who takes part, in the order of the tables.
final class Contestants {
    /// As the launcher has them.
    private static final List<String> JVM_OPTIONS =
            List.of("-XX:+UseSerialGC", "-XX:MaxInlineLevel=24", "--enable-native-access=ALL-UNNAMED");

    private static final String[] WEIR_PROVIDER = {
        "-Djava.nio.channels.spi.SelectorProvider=org.weir.jdk.WeirSelectorProvider",
        "-Dweir.tap=" + TapContestant.TAP,
        "-Dweir.ip=" + Site.SERVER_ADDRESS
    };

    private static final String NGINX = "nginx";
    private static final List<String> PATHS = List.of("/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin");

    private final PeerPrograms programs;
    private final List<String> weir;
    private @Nullable HttpFiles files;

    /// @param weir the command line of the `weir` command, without arguments
    Contestants(PeerPrograms programs, List<String> weir) {
        this.programs = programs;
        this.weir = weir;
    }

    List<Contestant> all() {
        return List.of(
                new TapContestant("weir", "Weir", Kind.STACK, () -> weir()),
                new TapContestant("weir-plain", "Weir, no offload", Kind.STACK, () -> weir("--no-offload")),
                new TapContestant("weir-sleep", "Weir, sleeps at once", Kind.STACK, () -> weir("--idle", "sleep")),
                new TapContestant("weir-channels", "Weir, through java.nio", Kind.STACK, () -> channels(WEIR_PROVIDER)),
                peer("lwip", "lwIP", Kind.STACK, "lwip", "block"),
                peer("lwip-spin", "lwIP, spins first", Kind.STACK, "lwip", "spin"),
                peer("gvisor", "gVisor", Kind.STACK, "gvisor"),
                new VethContestant("kernel", "kernel to kernel, veth", true, () -> kernelServer()),
                new VethContestant("kernel-plain", "kernel to kernel, veth, no offload", false, () -> kernelServer()),
                new VethContestant(
                        "kernel-channels", "kernel to kernel, veth, through java.nio", true, () -> channels()),
                new TapContestant("weir-http", "Weir", Kind.STACK, () -> weir("--http", "80=" + files().www())),
                new VethContestant("nginx", "nginx, kernel to kernel, veth", true, () -> nginx()),
                peer("limit", "no stack: the TAP's limit", Kind.LIMIT, "responder", "offload"),
                peer("limit-plain", "no stack: the plain TAP's limit", Kind.LIMIT, "responder", "plain"));
    }

    private TapContestant peer(String name, String title, Kind kind, String program, String... arguments) {
        return new TapContestant(name, title, kind, () -> {
            final List<String> words = new ArrayList<>();
            words.add(programs.file(program).toString());
            words.add(TapContestant.TAP);
            words.addAll(List.of(arguments));
            return words;
        });
    }

    private List<String> kernelServer() throws IOException, InterruptedException, MissingException {
        return List.of(
                programs.file("server").toString(),
                Site.SERVER_ADDRESS.address().toString());
    }

    private List<String> nginx() throws IOException, MissingException {
        if (PATHS.stream().noneMatch(each -> Files.isExecutable(Path.of(each, NGINX)))) {
            throw new MissingException("nginx is not installed");
        }
        // It says nothing itself; the load asks until it answers.
        return List.of(
                "sh",
                "-c",
                "echo ready; exec " + NGINX + " -c \"$1\"",
                "sh",
                files().nginxConfiguration().toString());
    }

    private HttpFiles files() throws IOException {
        if (files == null) {
            files = HttpFiles.create();
        }
        return files;
    }

    /// A JVM of the same kind for both: only the provider of the channels differs.
    private static List<String> channels(String... provider) {
        final List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(JVM_OPTIONS);
        words.addAll(List.of(provider));
        words.addAll(List.of("-cp", System.getProperty("java.class.path"), ChannelServer.class.getName()));
        return words;
    }

    private List<String> weir(String... options) {
        final List<String> words = new ArrayList<>(weir);
        words.addAll(
                List.of("up", "--tap", TapContestant.TAP, "--ip", Site.SERVER_ADDRESS.toString(), "--socket", "none"));
        words.addAll(List.of("--echo", "7", "--discard", "9", "--chargen", "19"));
        words.addAll(List.of(options));
        return words;
    }
}
