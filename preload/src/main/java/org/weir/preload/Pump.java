package org.weir.preload;

/// Moves what there is to move between the two ends of a program's socket, both ways. One object of each kind serves
/// all sockets; what it knows of one is in [ProgramSocket].
interface Pump {
    /// Of a socket that is neither connected nor listening: there is nothing to move.
    Pump NONE = (server, socket) -> {
        if (socket.gone) {
            server.close(socket);
        }
        return false;
    };

    /// Moves a bounded amount. Returns true if there is more to do now.
    boolean serve(PreloadServer server, ProgramSocket socket);
}
