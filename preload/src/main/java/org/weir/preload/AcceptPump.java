package org.weir.preload;

import java.lang.foreign.MemorySegment;
import org.weir.drivers.UnixMessage;
import org.weir.drivers.UnixSockets;
import org.weir.stack.Errno;
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

    /// Takes the oldest connection that waits, if there is a socket for it: otherwise it goes on waiting.
    private boolean accept(PreloadServer server, ProgramSocket s) {
        if ((sockets.ready(s.descriptor) & Sockets.POLLIN) == 0) {
            return false;
        }
        final ProgramSocket accepted = server.open(Protocol.KIND_STREAM, Watched.NO_FILE, s.owner);
        if (accepted == null) {
            server.awaitRoom(s);
            return false;
        }
        final int programEnd = server.takeProgramEnd();
        final int descriptor = sockets.accept(s.descriptor, peer);
        if (descriptor < 0) {
            unix.close(programEnd);
            server.free(accepted);
            if (descriptor == -Errno.EMFILE) {
                server.awaitRoom(s);
            }
            return false;
        }
        accepted.descriptor = descriptor;
        s.offered = accepted;
        s.offeredFd = programEnd;
        server.leaveOctet(accepted, programEnd);
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
        if (!isTaken(server, s)) {
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

    /// Sends the message. Where the kernel does not take it although nothing is on its way, as with too many
    /// descriptors on theirs, nobody tells when it will: it is tried again when a socket has gone.
    private boolean isTaken(PreloadServer server, ProgramSocket s) {
        if (message.send(s.fd) == Protocol.ACCEPTED_SIZE) {
            return true;
        }
        if (unix.unsent(s.fd) != 0) {
            return false;
        }
        final boolean taken = message.send(s.fd) == Protocol.ACCEPTED_SIZE;
        if (!taken) {
            server.awaitRoom(s);
        }
        return taken;
    }
}
