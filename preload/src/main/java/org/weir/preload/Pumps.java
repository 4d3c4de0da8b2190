package org.weir.preload;

import org.weir.drivers.UnixSockets;
import org.weir.ip.Ipv4;
import org.weir.stack.Sockets;

/// One pump of each kind.
final class Pumps {
    final StreamPump stream;
    final ConnectPump connect;
    final AcceptPump accept;
    final DatagramPump datagram;
    final RawPump raw;

    Pumps(Sockets sockets, Ipv4 ipv4, UnixSockets unix, Scratch scratch) {
        stream = new StreamPump(sockets, ipv4.pool(), unix, scratch);
        connect = new ConnectPump(sockets, unix, scratch, stream);
        accept = new AcceptPump(sockets, unix, scratch, stream);
        datagram = new DatagramPump(sockets, ipv4, unix, scratch);
        raw = new RawPump(unix, scratch);
    }
}
