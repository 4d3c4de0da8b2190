package org.weir.preload;

import java.lang.foreign.MemorySegment;
import org.weir.drivers.UnixMessage;
import org.weir.drivers.UnixSockets;
import org.weir.stack.SocketAddress;
import org.weir.stack.Sockets;
import org.weir.wire.IpAddress;

/// Hands the connections of a listening socket to the program: one message with a descriptor for each.
final class AcceptPump implements Pump {
    private final Sockets sockets;
    private final UnixSockets unix;
    private final Scratch scratch;
    private final StreamPump stream;
    private final SocketAddress peer = new SocketAddress();
    private final UnixMessage message = new UnixMessage(1);

    AcceptPump(Sockets sockets, UnixSockets unix, Scratch scratch, StreamPump stream) {
        this.sockets = sockets;
        this.unix = unix;
        this.scratch = scratch;
        this.stream = stream;
    }

    @Override
    public boolean serve(PreloadServer server, ProgramSocket s) {
        if (s.gone) {
            server.close(s);
            return false;
        }
        while (s.offered != null || accept(server, s)) {
            if (!offer(server, s)) {
                return false;
            }
        }
        return false;
    }

    /// Takes the oldest connection that waits.
    private boolean accept(PreloadServer server, ProgramSocket s) {
        final int descriptor = sockets.accept(s.descriptor, peer);
        if (descriptor < 0) {
            return false;
        }
        final ProgramSocket accepted = server.open(Protocol.KIND_STREAM, descriptor, s.owner);
        if (accepted == null) {
            sockets.linger(descriptor, true, 0);
            sockets.close(descriptor);
            server.refused();
            return false;
        }
        s.offered = accepted;
        s.offeredFd = server.takeProgramEnd();
        server.leaveOctet(accepted, s.offeredFd);
        return true;
    }

    /// Returns false if the program's end takes no more now.
    private boolean offer(PreloadServer server, ProgramSocket s) {
        final ProgramSocket accepted = s.offered;
        if (accepted == null) {
            return false;
        }
        final MemorySegment record = scratch.memory();
        sockets.remoteAddress(accepted.descriptor, peer);
        Protocol.address(record, Protocol.ACCEPTED_ADDRESS, IpAddress.ipv4(peer.low()));
        Protocol.port(record, Protocol.ACCEPTED_PORT, peer.port());
        Protocol.u16(record, Protocol.ACCEPTED_PORT + 2, 0);
        message.begin().piece(record, 0, Protocol.ACCEPTED_SIZE).descriptor(s.offeredFd);
        if (message.send(s.fd) != Protocol.ACCEPTED_SIZE) {
            return false;
        }
        unix.close(s.offeredFd);
        s.offered = null;
        s.offeredFd = Watched.NO_FILE;
        // Not earlier: who fails before it was handed over would be freed, and then be handed over.
        accepted.pump = stream;
        sockets.callback(accepted.descriptor, accepted);
        server.serve(accepted);
        return true;
    }
}
