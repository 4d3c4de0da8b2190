package org.weir.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Runs a command with this program's own input and output, passes signals on to it, and ends what it leaves behind.
final class ChildCommand {
    /// How long a command that was interrupted by the terminal has to end before it is interrupted once more.
    private static final long INTERRUPT_GRACE_MS = 300;
    /// How long processes have to end after SIGTERM.
    private static final long TERMINATE_GRACE_MS = 2_000;

    private static final long POLL_MS = 10;

    private final Process process;

    private ChildCommand(Process process) {
        this.process = process;
    }

    /// Starts `words`, a program and its arguments, in the namespaces of the calling thread, with more in its
    /// environment.
    ///
    /// @throws Failure with the status of a shell if that is not possible
    static ChildCommand start(List<String> words, Map<String, String> environment) throws Failure {
        final Path file = Executable.find(words.getFirst());
        try {
            final ProcessBuilder builder = new ProcessBuilder(words).inheritIO();
            builder.environment().putAll(environment);
            return new ChildCommand(builder.start());
        } catch (IOException e) {
            final String cause = e.getMessage();
            throw new Failure(Failure.NOT_EXECUTABLE, file + ": " + (cause == null ? "does not run" : cause));
        }
    }

    /// Waits until the command has ended and returns its exit status, 128 + n after signal n.
    int await() throws InterruptedException {
        return process.waitFor();
    }

    /// Ends the command at once, as far as it lets itself be ended.
    void destroy() {
        process.destroy();
    }

    /// Passes a signal on. For a thread that may wait.
    void pass(Termination.Signal signal) {
        try {
            if (signal == Termination.Signal.INTERRUPT) {
                passInterrupt();
            } else {
                process.destroy();
                if (!process.waitFor(TERMINATE_GRACE_MS, TimeUnit.MILLISECONDS)) {
                    process.destroyForcibly();
                }
            }
        } catch (InterruptedException | IOException _) {
            process.destroy();
        }
    }

    /// A terminal has interrupted the command by itself, which may have its own idea of what that means, as a shell
    /// has. If the signal came from elsewhere, to this program alone, the command does not know of it yet.
    private void passInterrupt() throws InterruptedException, IOException {
        if (isInForeground() || process.waitFor(INTERRUPT_GRACE_MS, TimeUnit.MILLISECONDS)) {
            return;
        }
        new ProcessBuilder("sh", "-c", "kill -INT " + process.pid())
                .inheritIO()
                .start()
                .waitFor();
    }

    /// True if this process is in the foreground of a terminal: proc(5), fields 5 (process group) and 8 (foreground
    /// group of the terminal) of `stat`.
    private static boolean isInForeground() throws IOException {
        final String[] fields = statFields(ProcessHandle.current().pid());
        return fields.length > 5 && fields[2].equals(fields[5]);
    }

    /// The fields of `/proc/PID/stat` from the third one, the state, on.
    private static String[] statFields(long pid) throws IOException {
        final String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        return stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    }

    /// Ends all descendants of this process: SIGTERM first, SIGKILL to what is left after two seconds. A process
    /// whose parent has gone is a descendant still if [org.weir.drivers.HostProcess#becomeChildSubreaper] was
    /// called before.
    static void endAll() throws InterruptedException {
        final long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TERMINATE_GRACE_MS);
        List<ProcessHandle> left = alive();
        for (final ProcessHandle each : left) {
            each.destroy();
        }
        while (!left.isEmpty()) {
            final boolean isLate = System.nanoTime() - deadlineNs > 0;
            if (isLate) {
                left.forEach(ProcessHandle::destroyForcibly);
            }
            if (System.nanoTime() - deadlineNs > TimeUnit.MILLISECONDS.toNanos(TERMINATE_GRACE_MS)) {
                return; // Stuck in the kernel: nothing more can be done.
            }
            Thread.sleep(POLL_MS);
            left = alive();
        }
    }

    private static List<ProcessHandle> alive() {
        final List<ProcessHandle> alive = new ArrayList<>();
        ProcessHandle.current().descendants().filter(ChildCommand::isAlive).forEach(alive::add);
        return alive;
    }

    /// A zombie has ended: only its entry is there, until its parent looks.
    private static boolean isAlive(ProcessHandle process) {
        try {
            return process.isAlive() && !statFields(process.pid())[0].equals("Z");
        } catch (IOException _) {
            return false;
        }
    }
}
