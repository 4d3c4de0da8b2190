package org.weir.cli.client;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.weir.cli.Converters;
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
import picocli.CommandLine.TypeConversionException;

/// `weir nc`: standard input and output at one end of a connection of the stack.
@Command(
        name = "nc",
        header = "Connect standard input and output by a running host, or by a stack of its own.",
        customSynopsis = {"weir nc [OPTIONS] HOST PORT[-PORT]", "weir nc -l [OPTIONS] [HOST] PORT"},
        description = {
            "",
            "Connects to PORT of HOST by TCP, or by UDP with -u, and passes on what it reads to the peer and what"
                    + " comes from the peer to its output, until the peer has sent everything: as 'nc' does. With -l it"
                    + " waits for one peer instead. With -z it only says which ports can be connected to.",
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  printf 'GET / HTTP/1.0\\r\\n\\r\\n' | weir nc 10.10.10.1 80",
            "  weir nc -l 7000 > /tmp/file",
            "        and elsewhere: nc -N 10.10.10.2 7000 < file",
            "  weir nc -zv 10.10.10.1 20-25",
            "  weir nc -N --tap t0 --ip 10.10.10.2/24 10.10.10.1 7 < file",
            "        from a stack of its own",
            "",
            "Exit status: 0 if the peer was there, 1 if not, if the connection failed or no host runs, 2 for bad"
                    + " arguments.",
        })
public final class NcCommand implements Callable<Integer> {
    private static final int BUFFER = 32 * 1024;
    private static final int LONGEST_WAIT_S = 300;
    private static final long PATIENCE_MS = 120_000;

    @Spec
    private CommandSpec spec;

    @Option(names = "-l", description = "Wait for one peer.")
    private boolean listens;

    @Option(names = "-u", description = "UDP: each read of standard input is a datagram.")
    private boolean udp;

    @Option(names = "-z", description = "Connect and send nothing: of a range of ports, to each.")
    private boolean scans;

    @Option(names = "-v", description = "Say on standard error who was connected to, or why not.")
    private boolean verbose;

    @Option(names = "-N", description = "Tell the peer when standard input has ended.")
    private boolean shutsDown;

    @Option(
            names = "-w",
            paramLabel = "S",
            description = "Wait no longer than S seconds for a connection, and then for something to come; 1 to 300.")
    private int waitS;

    @Option(
            names = "-p",
            paramLabel = "PORT",
            converter = Converters.Port.class,
            description = "The port to connect from.")
    private int localPort;

    @Mixin
    private StackOptions stack;

    @Parameters(paramLabel = "HOST PORT", hidden = true, arity = "0..2")
    private List<String> words = new ArrayList<>();

    /// Ports from the first to the last.
    private record Ports(int first, int last) {}

    @Override
    public Integer call() throws Exception {
        final Ports ports = check();
        final Termination termination = Termination.install();
        int status = Failure.GENERAL;
        try (ClientStack opened = stack.open()) {
            termination.onSignal(_ -> {
                opened.abandon();
                termination.finish(Failure.GENERAL);
            });
            status = run(opened, ports);
        } finally {
            termination.finish(status);
        }
        return status;
    }

    private Ports check() {
        if (words.isEmpty() || words.size() < 2 && !listens) {
            throw wrong("missing HOST or PORT, as in 'weir nc 10.10.10.1 80'");
        }
        if (waitS < 0 || waitS > LONGEST_WAIT_S) {
            throw wrong("-w " + waitS + " is not in 1 to " + LONGEST_WAIT_S);
        }
        final Ports ports = ports(words.getLast());
        if (ports.first() != ports.last() && !scans) {
            throw wrong("a range of ports is for -z");
        }
        if (listens && scans) {
            throw wrong("-l and -z contradict each other");
        }
        return ports;
    }

    private Ports ports(String text) {
        final int hyphen = text.indexOf('-');
        final Ports ports = hyphen < 0
                ? new Ports(port(text), port(text))
                : new Ports(port(text.substring(0, hyphen)), port(text.substring(hyphen + 1)));
        if (ports.last() < ports.first()) {
            throw wrong("there are no ports in " + text);
        }
        return ports;
    }

    private int port(String text) {
        try {
            return Converters.port(text);
        } catch (TypeConversionException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private int run(ClientStack opened, Ports ports) throws IOException, Failure {
        if (listens) {
            final IpAddress local = words.size() == 2 ? opened.resolve(words.getFirst()) : null;
            return listen(opened, local, ports.first());
        }
        final IpAddress address = opened.resolve(words.getFirst());
        return scans ? scan(opened, address, ports) : talkTo(opened, address, ports.first());
    }

    private long patienceMs() {
        return waitS == 0 ? PATIENCE_MS : TimeUnit.SECONDS.toMillis(waitS);
    }

    private int scan(ClientStack opened, IpAddress address, Ports ports) throws IOException {
        int status = Failure.GENERAL;
        for (int port = ports.first(); port <= ports.last(); port++) {
            try (StackStream _ = opened.connect(address, port, udp, localPort, patienceMs())) {
                succeeded(port);
                status = 0;
            } catch (Failure e) {
                failed(port, e);
            }
        }
        return status;
    }

    private int talkTo(ClientStack opened, IpAddress address, int port) throws IOException, Failure {
        try (StackStream stream = opened.connect(address, port, udp, localPort, patienceMs())) {
            succeeded(port);
            return relay(stream);
        } catch (Failure e) {
            throw new Failure(describe(port, e));
        }
    }

    private int listen(ClientStack opened, @Nullable IpAddress local, int port) throws IOException, Failure {
        try (StackStream stream = opened.listen(local, port, udp)) {
            say("Listening on " + stream.local());
            stream.awaitPeer();
            say("Connection received on " + stream.peer());
            return relay(stream);
        }
    }

    private void succeeded(int port) {
        say("Connection to " + words.getFirst() + " " + port + " port [" + protocol() + "/*] succeeded!");
    }

    private void failed(int port, Failure e) {
        say(describe(port, e));
    }

    private String describe(int port, Failure e) {
        return "connect to " + words.getFirst() + " port " + port + " (" + protocol() + ") failed: " + e.getMessage();
    }

    private String protocol() {
        return udp ? "udp" : "tcp";
    }

    private void say(String message) {
        if (verbose) {
            spec.commandLine().getErr().println(message);
            spec.commandLine().getErr().flush();
        }
    }

    // ---- standard input and output ----

    private int relay(StackStream stream) throws IOException {
        final IdleLimit limit = new IdleLimit(waitS, stream);
        Thread.ofPlatform().daemon().name("standard input").start(() -> send(stream, limit));
        // Written by the octet, not by the character, and at once.
        try (OutputStream out = new FileOutputStream(FileDescriptor.out)) {
            for (ByteBuffer octets = stream.read(); octets != null; octets = stream.read()) {
                limit.postpone();
                out.write(octets.array(), octets.arrayOffset() + octets.position(), octets.remaining());
            }
        } catch (IOException e) {
            if (limit.isOver()) {
                return 0;
            }
            throw e;
        } finally {
            limit.close();
        }
        return 0;
    }

    private void send(StackStream stream, IdleLimit limit) {
        final byte[] buffer = new byte[BUFFER];
        try (InputStream in = new FileInputStream(FileDescriptor.in)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                limit.postpone();
                stream.write(ByteBuffer.wrap(buffer, 0, count));
            }
            if (shutsDown) {
                stream.end();
            }
        } catch (IOException _) {
            // The connection has ended, which the other direction tells.
        }
    }
}
