package org.weir.cli.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.weir.cli.Failure;
import org.weir.cli.Termination;
import org.weir.wire.IpAddress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `weir get`: fetches what a URL names, by the stack.
@Command(
        name = "get",
        header = "Fetch a URL by HTTP or HTTPS, by a running host or by a stack of its own.",
        description = {
            "",
            "Asks for URL with GET and HTTP/1.1, follows up to ten redirections, and writes the content to standard"
                    + " output, or to a file with -o or -O. On a terminal a bar shows how far it is.",
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  weir get http://10.10.10.1/",
            "  weir get -O -C http://10.10.10.1:8080/big.iso",
            "        go on where an earlier one was interrupted",
            "  weir get --cacert /tmp/ca.pem -o page https://server.example/",
            "  weir get --tap t0 --ip 10.10.10.2/24 10.10.10.1:8080/file",
            "        by a stack of its own",
            "",
            "Exit status: 0 if all has come, 1 if no host runs or a file cannot be written, 2 for bad arguments, 6 if"
                + " the name is not known, 7 if the server cannot be reached, 18 if less has come than was announced,"
                + " 22 for a status of 400 and above, 47 after too many redirections, 60 if TLS fails or the server is"
                + " not trusted.",
        })
public final class GetCommand implements Callable<Integer> {
    private static final int UNKNOWN_NAME = 6;
    private static final int NOT_REACHED = 7;
    private static final int PARTIAL = 18;
    private static final int HTTP_ERROR = 22;
    private static final int TOO_MANY_REDIRECTIONS = 47;
    private static final int NOT_TRUSTED = 60;

    private static final int MOST_REDIRECTIONS = 10;
    private static final int PARTIAL_CONTENT = 206;
    private static final int RANGE_NOT_SATISFIABLE = 416;
    private static final int BUFFER = 64 * 1024;
    private static final int LONGEST_WAIT_S = 300;

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Write to FILE.")
    private @Nullable Path output;

    @Option(
            names = {"-O", "--remote-name"},
            description = "Write to a file that is called as the last part of URL's path.")
    private boolean remoteName;

    @Option(
            names = {"-C", "--continue"},
            description = "Ask only for what the file does not have yet.")
    private boolean continues;

    @Option(
            names = "--cacert",
            paramLabel = "FILE",
            description = "Trust the certificates of FILE, in PEM format, and no others.")
    private @Nullable Path authorities;

    @Option(
            names = {"-k", "--insecure"},
            description = "Trust any server: somebody else may be reading along.")
    private boolean insecure;

    @Option(
            names = "--connect-timeout",
            paramLabel = "S",
            defaultValue = "60",
            description = "Seconds to wait for a connection, 1 to 300; 60 by default.")
    private int connectTimeoutS;

    @Option(
            names = {"-q", "--quiet"},
            description = "Show no progress.")
    private boolean quiet;

    @Mixin
    private StackOptions stack;

    @Parameters(paramLabel = "URL", description = "What to fetch; http:// may be left out.")
    private String url;

    @Override
    public Integer call() throws Exception {
        final HttpUrl first = check();
        final Termination termination = Termination.install();
        int status = Failure.GENERAL;
        try (ClientStack opened = stack.open()) {
            termination.onSignal(_ -> {
                opened.abandon();
                termination.finish(Failure.GENERAL);
            });
            fetch(opened, first);
            status = 0;
        } catch (Failure e) {
            status = Failure.statusOf(e);
            throw e;
        } finally {
            termination.finish(status);
        }
        return status;
    }

    private HttpUrl check() {
        if (output != null && remoteName) {
            throw wrong("-o and -O contradict each other");
        }
        if (connectTimeoutS < 1 || connectTimeoutS > LONGEST_WAIT_S) {
            throw wrong("--connect-timeout " + connectTimeoutS + " is not in 1 to " + LONGEST_WAIT_S);
        }
        final HttpUrl parsed;
        try {
            parsed = HttpUrl.parse(url);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
        if (remoteName) {
            final String name = parsed.fileName();
            if (name == null) {
                throw wrong("-O: " + parsed + " has no name for a file");
            }
            output = Path.of(name);
        }
        if (continues && output == null) {
            throw wrong("-C needs -o or -O");
        }
        return parsed;
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    // ---- requests ----

    private void fetch(ClientStack opened, HttpUrl first) throws IOException, Failure {
        HttpUrl at = first;
        for (int i = 0; i <= MOST_REDIRECTIONS; i++) {
            final HttpUrl next = fetchOnce(opened, at);
            if (next == null) {
                return;
            }
            if (at.isSecure() && !next.isSecure()) {
                throw new Failure(TOO_MANY_REDIRECTIONS, at + " redirects to " + next + ", which is not secure");
            }
            at = next;
        }
        throw new Failure(TOO_MANY_REDIRECTIONS, "more than " + MOST_REDIRECTIONS + " redirections");
    }

    /// Returns where to look instead; null if that was all.
    private @Nullable HttpUrl fetchOnce(ClientStack opened, HttpUrl at) throws IOException, Failure {
        try (StackStream stream = connect(opened, at);
                Socket socket = secured(new StreamSocket(stream), at)) {
            final long have = continues && output != null && Files.exists(output) ? Files.size(output) : 0;
            socket.getOutputStream().write(request(at, have).getBytes(ISO_8859_1));
            socket.getOutputStream().flush();
            final HttpResponse response = HttpResponse.read(socket.getInputStream());
            final String location = response.field("location");
            if (isRedirection(response.status()) && location != null) {
                return redirected(at, location);
            }
            if (have > 0 && response.status() == RANGE_NOT_SATISFIABLE) {
                return null; // There is nothing more.
            }
            if (response.status() >= 400) {
                throw new Failure(HTTP_ERROR, at + ": " + response.status() + " " + response.reason());
            }
            save(response, have);
            return null;
        } catch (SSLException e) {
            final Failure told = new Failure(NOT_TRUSTED, at + ": " + e.getMessage());
            told.initCause(e);
            throw told;
        }
    }

    private static boolean isRedirection(int status) {
        return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    }

    private static HttpUrl redirected(HttpUrl from, String location) throws Failure {
        try {
            return from.resolve(location);
        } catch (IllegalArgumentException e) {
            final Failure told = new Failure(HTTP_ERROR, from + " redirects to what is no URL: " + e.getMessage());
            told.initCause(e);
            throw told;
        }
    }

    private StackStream connect(ClientStack opened, HttpUrl at) throws IOException, Failure {
        final IpAddress address;
        try {
            address = opened.resolve(at.host());
        } catch (Failure e) {
            throw told(UNKNOWN_NAME, String.valueOf(e.getMessage()), e);
        }
        try {
            return opened.connect(address, at.port(), false, 0, TimeUnit.SECONDS.toMillis(connectTimeoutS));
        } catch (Failure e) {
            throw told(NOT_REACHED, "cannot connect to " + at.authority() + ": " + e.getMessage(), e);
        }
    }

    private static Failure told(int status, String message, Exception cause) {
        final Failure told = new Failure(status, message);
        told.initCause(cause);
        return told;
    }

    private Socket secured(StreamSocket plain, HttpUrl at) throws IOException {
        if (!at.isSecure()) {
            return plain;
        }
        final Tls tls = insecure ? Tls.trustingAnybody() : Tls.trusting(authorities);
        return tls.over(plain, at.host(), at.port());
    }

    private static String request(HttpUrl at, long have) {
        return "GET " + at.target() + " HTTP/1.1\r\nHost: " + at.authority()
                + "\r\nUser-Agent: weir\r\nAccept: */*\r\nConnection: close\r\n"
                + (have > 0 ? "Range: bytes=" + have + "-\r\n" : "") + "\r\n";
    }

    // ---- content ----

    private void save(HttpResponse response, long have) throws IOException, Failure {
        final boolean isRest = have > 0 && isRestFrom(response, have);
        final long length = response.length();
        final long already = isRest ? have : 0;
        final boolean isSeen = !quiet && output != null && Progress.hasTerminal();
        final Progress progress =
                new Progress(spec.commandLine().getErr(), isSeen, length < 0 ? -1 : length + already, already);
        try (OutputStream target = target(isRest)) {
            copy(response.content(), target, progress);
        } finally {
            progress.end();
        }
    }

    /// The server may send all of it instead.
    private static boolean isRestFrom(HttpResponse response, long have) throws Failure {
        if (response.status() != PARTIAL_CONTENT) {
            return false;
        }
        final String range = response.field("content-range");
        if (range == null || !range.startsWith("bytes " + have + "-")) {
            throw new Failure(PARTIAL, "the server sends another part than was asked for");
        }
        return true;
    }

    private OutputStream target(boolean isRest) throws IOException {
        if (output == null) {
            return new FileOutputStream(FileDescriptor.out);
        }
        return isRest ? Files.newOutputStream(output, StandardOpenOption.APPEND) : Files.newOutputStream(output);
    }

    private static void copy(InputStream content, OutputStream target, Progress progress) throws IOException, Failure {
        final byte[] buffer = new byte[BUFFER];
        while (true) {
            final int count;
            try {
                count = content.read(buffer);
            } catch (SSLException e) {
                throw e;
            } catch (IOException e) {
                throw told(PARTIAL, String.valueOf(e.getMessage()), e);
            }
            if (count < 0) {
                return;
            }
            target.write(buffer, 0, count);
            progress.more(count);
        }
    }
}
