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
import org.weir.memory.Pbuf;
import org.weir.runtime.IdleStrategy;
import org.weir.runtime.StackLoop;
import org.weir.runtime.Waiter;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;
import org.weir.tcp.TcpConnection;
import org.weir.tcp.TcpError;
import org.weir.tcp.TcpHandler;
import org.weir.tcp.TcpListener;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;

/// A web server on the raw interface, in one thread: the second example of Dunkels' paper on lwIP. The stack calls, and
/// nothing ever waits: a request that is not complete stays in the receive queue. Serving a client allocates nothing.
/// On a TAP device; as root, in a network namespace that goes with it:
///
/// ```text
/// unshare --net java --enable-native-access=ALL-UNNAMED -cp ... org.weir.examples.WebServerRaw
/// nsenter --net --target PID curl http://10.10.10.2/
/// ```
public final class WebServerRaw implements TcpHandler {
    private static final int HTTP = 80;
    private static final int LONGEST_REQUEST = 4_096;
    private static final byte[] GET_INDEX = "GET / ".getBytes(US_ASCII);
    private static final byte[] END = "\r\n\r\n".getBytes(US_ASCII);

    private final Stack stack;
    // Made once and never changed: the stack sends them from where they are.
    private final MemorySegment page =
            answer("200 OK", "<html><body><h1>Weir</h1><p>A page from the raw interface.</p></body></html>\n");
    private final MemorySegment notFound = answer("404 Not Found", "<html><body>No such page</body></html>\n");
    /// For one request at a time: handlers do not interrupt each other.
    private final byte[] request = new byte[LONGEST_REQUEST];

    private final MemorySegment requestMemory = MemorySegment.ofArray(request);

    private WebServerRaw(Stack stack) {
        this.stack = stack;
    }

    private static MemorySegment answer(String status, String body) {
        final String text = "HTTP/1.1 " + status + "\r\nContent-Type: text/html\r\nContent-Length: " + body.length()
                + "\r\nConnection: close\r\n\r\n" + body;
        return Arena.global().allocateFrom(text, US_ASCII).asSlice(0, text.length());
    }

    public static void main(String[] arguments) throws IOException {
        final TapLink tap = TapLink.open(TapOptions.tap("weir0"));
        final KernelInterface kernel = KernelInterface.named(tap.name());
        kernel.address(IpPrefix.parse("10.10.10.1/24"));
        kernel.up();
        final Stack stack = Stack.create(StackConfig.defaults(), new SystemEntropy(), System.nanoTime());
        stack.addAddress(stack.addInterface(tap.name(), tap), IpPrefix.parse("10.10.10.2/24"));
        serve(stack, HTTP);
        try (LinkWaiter frames = LinkWaiter.on(tap.fileDescriptor())) {
            new StackLoop(stack, waiter(frames), IdleStrategy.BALANCED).run();
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

    /// Serves `port` of every address of `stack`.
    ///
    /// @throws IllegalStateException if the port is taken
    static void serve(Stack stack, int port) {
        final TcpListener listener = stack.tcp().bind(IpAddress.ANY.high(), IpAddress.ANY.low(), port);
        if (listener == null) {
            throw new IllegalStateException("port " + port + ": " + stack.tcp().refusal());
        }
        listener.listen(64, new WebServerRaw(stack)::accept);
    }

    private void accept(TcpListener listener) {
        for (TcpConnection c = listener.accept(); c != null; c = listener.accept()) {
            c.handler(this);
        }
    }

    @Override
    public void readable(TcpConnection connection) {
        final int length = connection.peek(requestMemory, 0, LONGEST_REQUEST);
        for (int i = 0; i + END.length <= length; i++) {
            if (startsWith(i, END)) {
                answer(connection, length);
                return;
            }
        }
        if (length == LONGEST_REQUEST || !connection.state().receives()) {
            connection.abort(); // No request that this server understands.
        }
    }

    private boolean startsWith(int at, byte[] expected) {
        int same = 0;
        while (same < expected.length && request[at + same] == expected[same]) {
            same++;
        }
        return same == expected.length;
    }

    private void answer(TcpConnection connection, int requestLength) {
        final MemorySegment answer = startsWith(0, GET_INDEX) ? page : notFound;
        final Pbuf packet = stack.pool().rom(answer, 0, (int) answer.byteSize());
        if (packet == null) {
            connection.abort();
        } else if (connection.send(packet)) {
            connection.consume(requestLength);
            connection.close(); // Sends what is queued, and then a FIN.
        } else {
            packet.release(); // The send queue is full: `writable` follows, and the request is still there.
        }
    }

    @Override
    public void writable(TcpConnection connection) {
        readable(connection);
    }

    @Override
    public void failed(TcpConnection connection, TcpError error) {
        System.out.println("a client went away: " + error);
    }
}
