package org.weir.services.tftp;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.weir.memory.Pbuf;
import org.weir.services.tftp.TftpMessage.Request;
import org.weir.stack.Stack;
import org.weir.udp.Udp;
import org.weir.udp.UdpEndpoint;
import org.weir.udp.UdpHandler;
import org.weir.wire.IpAddress;

/// A TFTP server: each request gets an endpoint of its own, and what follows is a [TftpTransfer].
///
/// A request that comes again while its transfer runs is not begun again. Packets that are no requests are not
/// answered: two servers would never stop.
public final class TftpServer implements UdpHandler, TftpListener, AutoCloseable {
    private final Stack stack;
    private final TftpStorage storage;
    private final TftpLimits limits;
    private final TftpListener listener;
    private final List<TftpTransfer> transfers = new ArrayList<>();
    private final UdpEndpoint endpoint;
    private long local;

    private TftpServer(Stack stack, UdpEndpoint endpoint, TftpStorage storage, TftpLimits limits, TftpListener told) {
        this.stack = stack;
        this.endpoint = endpoint;
        this.storage = storage;
        this.limits = limits;
        this.listener = told;
    }

    /// Serves `storage` at `port` of `address`.
    ///
    /// @throws IllegalStateException if the port cannot be had
    public static TftpServer start(
            Stack stack, IpAddress address, int port, TftpStorage storage, TftpLimits limits, TftpListener told) {
        final UdpEndpoint endpoint = stack.udp().open();
        if (endpoint == null) {
            throw new IllegalStateException("cannot serve TFTP: the stack has no UDP endpoint left");
        }
        if (endpoint.bind(address.high(), address.low(), port) != Udp.OK) {
            endpoint.close();
            throw new IllegalStateException("cannot serve TFTP at " + address + ":" + port + ": the port is not free");
        }
        final TftpServer server = new TftpServer(stack, endpoint, storage, limits, told);
        server.local = address.low();
        endpoint.handler(server);
        return server;
    }

    /// Transfers that run.
    public int running() {
        return transfers.size();
    }

    @Override
    public void readable(UdpEndpoint at) {
        for (Pbuf p = at.poll(); p != null; p = at.poll()) {
            final byte[] octets = new byte[Math.min(p.totalLength(), TftpMessage.LONGEST_REQUEST + 1)];
            p.copyTo(0, MemorySegment.ofArray(octets), 0, octets.length);
            final long low = UdpEndpoint.senderLow(p);
            final int port = UdpEndpoint.senderPort(p);
            p.release();
            final Request request = TftpMessage.request(octets);
            if (request != null && transfers.stream().noneMatch(transfer -> transfer.isFrom(low, port))) {
                begin(request, low, port);
            }
        }
    }

    private void begin(Request request, long low, int port) {
        try {
            if (!request.isOctet()) {
                throw new TftpRefusal(TftpError.UNDEFINED, "only the mode octet is served");
            }
            if (transfers.size() >= limits.transfers()) {
                throw new TftpRefusal(TftpError.UNDEFINED, "too many transfers, try again later");
            }
            if (request.isWrite()) {
                receive(request, low, port);
            } else {
                send(request, low, port);
            }
        } catch (TftpRefusal e) {
            final byte[] packet = TftpMessage.error(e.error(), String.valueOf(e.getMessage()));
            endpoint.sendTo(MemorySegment.ofArray(packet), 0, packet.length, low, port);
        }
    }

    private void send(Request request, long low, int port) throws TftpRefusal {
        final MemorySegment content = storage.open(request.file());
        final TftpOptions agreed = limits.within(request.options());
        final TftpOptions told =
                request.options().transferSize() < 0 ? agreed : agreed.withTransferSize(content.byteSize());
        final TftpSender transfer = new TftpSender(stack, ownEndpoint(), low, told, content, this);
        transfers.add(transfer);
        transfer.answering(answer(told)).beginFor(port);
    }

    private void receive(Request request, long low, int port) throws TftpRefusal {
        final long announced = request.options().transferSize();
        final TftpOptions agreed = limits.within(request.options()).withTransferSize(announced);
        final UdpEndpoint own = ownEndpoint();
        final TftpSink sink;
        try {
            sink = storage.create(request.file(), announced);
        } catch (TftpRefusal e) {
            own.close();
            throw e;
        }
        final TftpReceiver transfer = new TftpReceiver(stack, own, low, agreed, sink, this);
        transfers.add(transfer);
        transfer.answering(answer(agreed)).beginFor(port);
    }

    private static byte @Nullable [] answer(TftpOptions agreed) {
        return agreed.equals(TftpOptions.NONE) ? null : TftpMessage.options(agreed, TftpOptions.NONE);
    }

    private UdpEndpoint ownEndpoint() throws TftpRefusal {
        final UdpEndpoint own = stack.udp().open();
        if (own == null || own.bind(0, local, 0) != Udp.OK) {
            if (own != null) {
                own.close();
            }
            throw new TftpRefusal(TftpError.UNDEFINED, "too many transfers, try again later");
        }
        return own;
    }

    @Override
    public void completed(TftpTransfer transfer) {
        transfers.remove(transfer);
        listener.completed(transfer);
    }

    @Override
    public void failed(TftpTransfer transfer, TftpError error, String message) {
        transfers.remove(transfer);
        listener.failed(transfer, error, message);
    }

    /// Frees the port and cancels what runs.
    @Override
    public void close() {
        endpoint.close();
        for (final TftpTransfer transfer : List.copyOf(transfers)) {
            transfer.cancel();
        }
    }
}
