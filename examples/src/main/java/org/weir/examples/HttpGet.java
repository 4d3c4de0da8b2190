package org.weir.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import org.weir.base.SplitMix64;
import org.weir.link.LinkCapabilities;
import org.weir.link.PairLink;
import org.weir.services.http.HttpConfig;
import org.weir.services.http.HttpServer;
import org.weir.services.http.StatusPage;
import org.weir.stack.Errno;
import org.weir.stack.SocketAddress;
import org.weir.stack.Sockets;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;

/// Fetches a page with the BSD-like sockets: two hosts in one thread, joined by a cable in memory. No call ever
/// waits; the callback says when it is worth calling again.
public final class HttpGet {
    private static final int HTTP = 80;
    private static final int FRAMES = 256;
    private static final int MTU = 1_500;
    private static final String SERVER = "192.0.2.80";

    private final Sockets sockets;
    private final int socket;
    private final MemorySegment request;
    private final byte[] chunk = new byte[4_096];
    private final MemorySegment buffer = MemorySegment.ofArray(chunk);
    private final ByteArrayOutputStream response = new ByteArrayOutputStream();
    private int sent;
    private boolean isDone;

    private HttpGet(Stack stack, SocketAddress server, String path) {
        final String text = "GET " + path + " HTTP/1.1\r\nHost: " + SERVER + "\r\nConnection: close\r\n\r\n";
        request = MemorySegment.ofArray(text.getBytes(US_ASCII));
        sockets = stack.sockets();
        socket = sockets.socket(Sockets.AF_INET, Sockets.SOCK_STREAM);
        sockets.callback(socket, this::ready);
        final int result = sockets.connect(socket, server);
        if (result != -Errno.EINPROGRESS) {
            throw new IllegalStateException("connect: error " + -result);
        }
    }

    /// Called by the stack when something has changed: sends what is left of the request, reads what there is.
    private void ready(int descriptor, int events) {
        if ((events & Sockets.POLLOUT) != 0 && sent < request.byteSize()) {
            sent += Math.max(0, sockets.send(descriptor, request, sent, (int) request.byteSize() - sent));
        }
        int count = 1;
        while (count > 0) {
            count = sockets.receive(descriptor, buffer, 0, chunk.length, 0);
            response.write(chunk, 0, Math.max(0, count));
        }
        if (count == 0) {
            sockets.close(descriptor);
            isDone = true;
        } else if (count != -Errno.EAGAIN && count != -Errno.ENOTCONN) {
            throw new IllegalStateException("receive: error " + -count);
        }
    }

    public static void main(String[] arguments) {
        System.out.print(fetch("/"));
    }

    /// The whole answer to a GET of `path` from a host that has a status page.
    static String fetch(String path) {
        final PairLink near = new PairLink(LinkCapabilities.plainEthernet(0x02_00_00_00_00_01L, MTU), FRAMES);
        final PairLink far = new PairLink(LinkCapabilities.plainEthernet(0x02_00_00_00_00_02L, MTU), FRAMES);
        near.connectTo(far);
        try (Stack client = host(near, "192.0.2.1/24", 1);
                Stack server = host(far, SERVER + "/24", 2)) {
            final IpAddress address = IpAddress.parse(SERVER);
            final StatusPage page = new StatusPage(server, server.config().plan());
            HttpServer.start(server, address, HTTP, HttpConfig.defaults(0), page);

            final HttpGet get = new HttpGet(client, new SocketAddress(address, HTTP), path);
            for (long nowNs = 0; !get.isDone; nowNs += 1_000_000) {
                client.poll(nowNs); // Virtual time: a millisecond each round.
                server.poll(nowNs);
            }
            return get.response.toString(US_ASCII);
        }
    }

    private static Stack host(PairLink link, String address, long seed) {
        final Stack stack = Stack.create(StackConfig.small(), new SplitMix64(seed), 0);
        stack.addAddress(stack.addInterface("eth0", link), IpPrefix.parse(address));
        return stack;
    }
}
