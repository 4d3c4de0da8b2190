package org.weir.interop;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/// Runs a shell script in a network and a process namespace of its own, which end with it: the kernel is 10.77.0.1 on
/// the TAP `t0`, `weir MAIN ARGUMENTS` runs a program whose channels are on a Weir host, 10.77.0.2, and `agent SETTINGS
/// MAIN ARGUMENTS` one that is started with the agent.
final class Lab {
    private static final String PRELUDE = """
        set -eu
        ip link set lo up
        ip tuntap add dev t0 mode tap
        ip addr add 10.77.0.1/24 dev t0
        ip link set t0 up
        weir() {
            "$JAVA" -XX:+UseSerialGC -Xshare:auto --enable-native-access=ALL-UNNAMED \\
                -Djava.nio.channels.spi.SelectorProvider=org.weir.jdk.WeirSelectorProvider \\
                -Dweir.tap=t0 -Dweir.ip=10.77.0.2/24 -cp "$CLASSES" "$@"
        }
        agent() {
            settings=$1
            shift
            "$JAVA" -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED "-javaagent:$AGENT=$settings" \\
                -cp "$CLASSES" "$@"
        }
        serve() {
            weir "$@" >server.out &
            server=$!
            await server.out
        }
        await() {
            for i in $(seq 600); do
                if grep -q ready "$1"; then return; fi
                sleep 0.05
            done
            echo "no 'ready' in $1" >&2
            return 1
        }
        """;

    private Lab() {}

    /// What is needed: root, `/dev/net/tun` and the tools of `scripts/install-tools.sh`.
    static boolean isPossible() {
        return "root".equals(System.getProperty("user.name"))
                && Files.exists(Path.of("/dev/net/tun"))
                && Files.exists(Path.of("/usr/lib/postgresql"))
                && List.of("ab", "curl", "dnsmasq", "ip", "redis-server", "setpriv", "socat", "unshare").stream()
                        .allMatch(Lab::isInstalled);
    }

    private static boolean isInstalled(String tool) {
        return List.of((System.getenv("PATH") + ":/usr/sbin:/sbin").split(":", -1)).stream()
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, tool)));
    }

    /// Runs `script` in `directory`. Returns what it printed; fails if its status is not 0 or it takes two minutes.
    static String run(Path directory, String script) throws IOException, InterruptedException {
        final ProcessBuilder builder = new ProcessBuilder(
                "unshare", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", PRELUDE + script);
        builder.environment().put("JAVA", Child.java());
        builder.environment().put("CLASSES", String.join(File.pathSeparator, Child.classPath()));
        builder.environment().put("AGENT", agent(directory));
        builder.environment().merge("PATH", "/usr/sbin:/sbin", (path, more) -> path + ":" + more);
        return Child.run(builder, directory);
    }

    /// The module's jar; where the build has not made it yet, a jar of its own that names the same class.
    private static String agent(Path directory) throws IOException {
        for (final String path : Child.classPath()) {
            if (path.matches(".*/weir-jdk-[^/]*\\.jar")) {
                return path;
            }
        }
        final Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Premain-Class", "org.weir.jdk.WeirAgent");
        final Path jar = directory.resolve("agent.jar");
        new JarOutputStream(Files.newOutputStream(jar), manifest).close();
        return jar.toString();
    }
}
