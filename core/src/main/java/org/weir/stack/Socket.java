package org.weir.stack;

import org.jspecify.annotations.Nullable;
import org.weir.raw.RawEndpoint;
import org.weir.tcp.TcpConnection;
import org.weir.tcp.TcpListener;
import org.weir.tcp.TcpSettings;
import org.weir.udp.UdpEndpoint;

/// What stands behind a descriptor.
final class Socket {
    final int index;
    int generation;
    /// 0 while the slot is free.
    int type;
    /// Positive errno of an asynchronous failure, until it has been reported.
    int error;

    boolean connecting;
    boolean inputShut;
    boolean outputShut;
    /// A datagram of `blockedLength` octets to `blockedLow` found the link full or no buffer.
    boolean sendBlocked;

    int blockedLength;
    long blockedLow;

    @Nullable
    TcpConnection connection;

    @Nullable
    TcpListener listener;

    /// What is done with datagrams; null for a stream.
    @Nullable
    DatagramCalls datagrams;

    @Nullable
    UdpEndpoint endpoint;

    @Nullable
    RawEndpoint raw;

    @Nullable
    SocketCallback callback;

    @Nullable
    Socket nextFree;

    /// The link of [BlockedSenders].
    @Nullable
    Socket nextBlocked;

    /// What the connection or the listener is to begin with.
    final TcpSettings settings = new TcpSettings();

    boolean reuseAddress;
    boolean reusePort;

    Socket(int index) {
        this.index = index;
    }

    /// Makes the slot a fresh socket of `kind`, which no descriptor handed out before names.
    void open(int kind) {
        generation++;
        type = kind;
        error = 0;
        connecting = false;
        inputShut = false;
        outputShut = false;
        sendBlocked = false;
        connection = null;
        listener = null;
        datagrams = null;
        endpoint = null;
        raw = null;
        callback = null;
        reuseAddress = false;
        reusePort = false;
    }
}
