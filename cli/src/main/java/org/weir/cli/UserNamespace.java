package org.weir.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Runs this program again as root of a user namespace of its own, where it may make a network.
///
/// A process of several threads cannot enter a user namespace (user_namespaces(7)), so `unshare` of util-linux does
/// that and then starts the JVM anew with the same arguments.
final class UserNamespace {
    private static final String UNSHARE = "unshare";
    private static final long PROBE_LIMIT_S = 10;

    private UserNamespace() {}

    /// Runs this program in the namespace and returns its exit status.
    ///
    /// @throws Failure if that is not possible; the message says why and what to do
    static int runAgain() throws Failure, IOException, InterruptedException {
        if (!Executable.exists(UNSHARE)) {
            throw new Failure("needs root, or the command 'unshare' of util-linux, which is not on the PATH");
        }
        probe();
        final Termination termination = Termination.install();
        int status = Failure.GENERAL;
        try {
            final ChildCommand child = ChildCommand.start(sameAgain(), Map.of());
            termination.onSignal(child::pass);
            status = child.await();
        } finally {
            termination.finish(status);
        }
        return status;
    }

    private static List<String> unshare() {
        final List<String> words = new ArrayList<>();
        words.add(UNSHARE);
        words.add("--user");
        words.add("--map-root-user");
        words.add("--net");
        words.add("--");
        return words;
    }

    private static void probe() throws Failure, IOException, InterruptedException {
        final List<String> words = unshare();
        words.add("true");
        final Process probe =
                new ProcessBuilder(words).redirectErrorStream(true).start();
        final String answer = new String(probe.getInputStream().readAllBytes(), UTF_8).strip();
        if (!probe.waitFor(PROBE_LIMIT_S, TimeUnit.SECONDS) || probe.exitValue() != 0) {
            throw new Failure("cannot make a user namespace (" + answer
                    + "); run as root, or permit it: sysctl kernel.unprivileged_userns_clone=1"
                    + " user.max_user_namespaces=1000 kernel.apparmor_restrict_unprivileged_userns=0");
        }
    }

    private static List<String> sameAgain() throws IOException {
        final List<String> words = unshare();
        words.addAll(OwnCommand.words());
        return words;
    }
}
