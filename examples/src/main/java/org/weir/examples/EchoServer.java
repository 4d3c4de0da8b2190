package org.weir.examples;

import java.io.IOException;
import org.weir.drivers.KernelInterface;
import org.weir.drivers.LinkWaiter;
import org.weir.drivers.SystemEntropy;
import org.weir.drivers.TapLink;
import org.weir.drivers.TapOptions;
import org.weir.ip.Netif;
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

/// An echo server on the raw interface, on a TAP device. As root, in a network namespace that goes with it:
///
/// ```text
/// unshare --net java --enable-native-access=ALL-UNNAMED -cp ... org.weir.examples.EchoServer
/// nsenter --net --target PID socat - TCP:10.10.10.2:7777
/// ```
public final class EchoServer implements TcpHandler {
    private static final int PORT = 7_777;

    private EchoServer() {}

    public static void main(String[] arguments) throws IOException {
        final TapLink tap = TapLink.open(TapOptions.tap("weir0"));
        final KernelInterface kernel = KernelInterface.named(tap.name());
        kernel.address(IpPrefix.parse("10.10.10.1/24"));
        kernel.up();

        // Everything that the stack will ever hold is made here.
        final Stack stack = Stack.create(StackConfig.defaults(), new SystemEntropy(), System.nanoTime());
        final Netif netif = stack.addInterface(tap.name(), tap);
        stack.addAddress(netif, IpPrefix.parse("10.10.10.2/24"));
        serve(stack, PORT);
        System.out.print(stack.config().plan());

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
        listener.listen(64, new EchoServer()::accept);
    }

    private void accept(TcpListener listener) {
        for (TcpConnection c = listener.accept(); c != null; c = listener.accept()) {
            c.handler(this);
        }
    }

    /// Called by the stack, in its thread, when something can be read. What is read stays where it is until it is
    /// consumed, and what does not fit the send queue is not consumed: the window closes, and the client waits.
    @Override
    public void readable(TcpConnection connection) {
        for (Pbuf piece = connection.received(); piece != null; piece = connection.received()) {
            final int written = connection.write(piece.segment(), piece.offset(), piece.length());
            if (written == 0) {
                return; // The send queue is full: `writable` follows.
            }
            connection.consume(written);
        }
        if (connection.endOfStream()) {
            connection.close(); // Sends what is queued, and then a FIN.
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
