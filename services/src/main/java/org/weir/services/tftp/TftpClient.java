package org.weir.services.tftp;

import java.lang.foreign.MemorySegment;
import org.weir.stack.Stack;
import org.weir.udp.UdpEndpoint;
import org.weir.wire.IpAddress;

/// Gets files from a TFTP server and puts them there.
///
/// A server that knows no options is served without. The listener is told of the end in the owner's thread, never
/// before a call here has returned.
public final class TftpClient {
    /// The port of servers.
    public static final int PORT = 69;

    private final Stack stack;
    private final IpAddress server;
    private final int port;

    /// A client of the server at `port` of `server`.
    public TftpClient(Stack stack, IpAddress server, int port) {
        this.stack = stack;
        this.server = server;
        this.port = port;
    }

    /// Begins to get `file` into `sink`, with `wanted` options if the server knows them.
    ///
    /// @throws IllegalArgumentException if no request can name the file
    /// @throws IllegalStateException if the stack has no endpoint left
    public TftpTransfer get(String file, TftpOptions wanted, TftpSink sink, TftpListener listener) {
        final byte[] request = TftpMessage.request(TftpMessage.READ, file, wanted);
        final TftpReceiver transfer = new TftpReceiver(stack, endpoint(), server.low(), wanted, sink, listener);
        transfer.beginWith(request, port);
        return transfer;
    }

    /// Begins to put `content`, which must not change meanwhile, to `file`.
    ///
    /// @throws IllegalArgumentException if no request can name the file
    /// @throws IllegalStateException if the stack has no endpoint left
    public TftpTransfer put(String file, TftpOptions wanted, MemorySegment content, TftpListener listener) {
        final TftpOptions told = wanted.transferSize() < 0 ? wanted : wanted.withTransferSize(content.byteSize());
        final byte[] request = TftpMessage.request(TftpMessage.WRITE, file, told);
        final TftpSender transfer = new TftpSender(stack, endpoint(), server.low(), told, content, listener);
        transfer.beginWith(request, port);
        return transfer;
    }

    private UdpEndpoint endpoint() {
        final UdpEndpoint endpoint = stack.udp().open();
        if (endpoint == null) {
            throw new IllegalStateException("the stack has no UDP endpoint left");
        }
        return endpoint;
    }
}
