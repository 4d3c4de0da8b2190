package org.weir.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.weir.drivers.KernelInterface;
import org.weir.drivers.LinkWaiter;
import org.weir.drivers.SystemEntropy;
import org.weir.drivers.TapLink;
import org.weir.drivers.TapOptions;
import org.weir.runtime.IdleStrategy;
import org.weir.runtime.SharedStack;
import org.weir.runtime.Waiter;
import org.weir.runtime.os.OsPort;
import org.weir.runtime.os.ThreadPort;
import org.weir.runtime.sequential.NetBuffer;
import org.weir.runtime.sequential.NetConnection;
import org.weir.runtime.sequential.NetException;
import org.weir.runtime.sequential.NetType;
import org.weir.runtime.sequential.SequentialStack;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;

/// A web server on the sequential interface, a virtual thread for each client: the first example of Dunkels' paper on
/// lwIP. Calls wait, so a client is served from top to bottom. On a TAP device; as root, in a network namespace that
/// goes with it:
///
/// ```text
/// unshare --net java --enable-native-access=ALL-UNNAMED -cp ... org.weir.examples.WebServerSequential
/// nsenter --net --target PID curl http://10.10.10.2/
/// ```
public final class WebServerSequential {
    private static final int HTTP = 80;
    private static final int LONGEST_REQUEST = 4_096;
    private static final long PATIENCE_NS = 10_000_000_000L;

    // Made once and never changed: the stack sends them from where they are.
    private static final MemorySegment PAGE =
            answer("200 OK", "<html><body><h1>Weir</h1><p>A page from the sequential interface.</p></body></html>\n");
    private static final MemorySegment NOT_FOUND = answer("404 Not Found", "<html><body>No such page</body></html>\n");

    private WebServerSequential() {}

    private static MemorySegment answer(String status, String body) {
        final String text = "HTTP/1.1 " + status + "\r\nContent-Type: text/html\r\nContent-Length: " + body.length()
                + "\r\nConnection: close\r\n\r\n" + body;
        return Arena.global().allocateFrom(text, US_ASCII).asSlice(0, text.length());
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        final TapLink tap = TapLink.open(TapOptions.tap("weir0"));
        final KernelInterface kernel = KernelInterface.named(tap.name());
        kernel.address(IpPrefix.parse("10.10.10.1/24"));
        kernel.up();
        final Stack stack = Stack.create(StackConfig.defaults(), new SystemEntropy(), System.nanoTime());
        stack.addAddress(stack.addInterface(tap.name(), tap), IpPrefix.parse("10.10.10.2/24"));

        try (LinkWaiter frames = LinkWaiter.on(tap.fileDescriptor());
                SharedStack shared = SharedStack.start(stack, waiter(frames), IdleStrategy.BALANCED, "weir");
                OsPort os = ThreadPort.virtual()) {
            serve(new SequentialStack(shared, os), os, HTTP);
        }
    }

    private static Waiter waiter(LinkWaiter frames) {
        return new Waiter() {
            @Override
            public void await(long timeoutNs) {
                frames.await(timeoutNs);
            }

            @Override
            public void wake() {
                frames.wake();
            }
        };
    }

    /// Serves `port` of every address until the stack ends.
    ///
    /// @throws NetException if the port is taken, or the stack has ended
    static void serve(SequentialStack net, OsPort os, int port) throws NetException, InterruptedException {
        try (NetConnection listener = net.open(NetType.TCP)) {
            listener.bind(IpAddress.ANY, port);
            listener.listen(64);
            while (true) {
                final NetConnection client = listener.accept();
                os.start("client", () -> answer(net, client));
            }
        }
    }

    private static void answer(SequentialStack net, NetConnection client) throws InterruptedException {
        try (client;
                NetBuffer piece = net.buffer()) {
            client.timeoutNs(PATIENCE_NS);
            final byte[] request = new byte[LONGEST_REQUEST];
            int length = 0;
            while (!new String(request, 0, length, US_ASCII).contains("\r\n\r\n")) {
                if (length == request.length || !client.receive(piece)) {
                    return; // No request that this server understands.
                }
                length += piece.copyTo(0, MemorySegment.ofArray(request), length, request.length - length);
            }
            final boolean isKnown = new String(request, 0, length, US_ASCII).startsWith("GET / ");
            final MemorySegment answer = isKnown ? PAGE : NOT_FOUND;
            client.writeConstant(answer, 0, (int) answer.byteSize());
        } catch (NetException e) {
            System.out.println("a client went away: " + e.getMessage());
        }
    }
}
