package org.weir.stack;

import org.weir.wire.IpAddress;

/// An address and a port, made once by the caller and filled by calls: the `sockaddr` of the BSD-like interface.
public final class SocketAddress {
    private long high;
    private long low = IpAddress.ANY.low();
    private int port;

    /// 0.0.0.0 port 0.
    public SocketAddress() {}

    public SocketAddress(IpAddress address, int port) {
        set(address.high(), address.low(), port);
    }

    public SocketAddress set(long addressHigh, long addressLow, int newPort) {
        high = addressHigh;
        low = addressLow;
        port = newPort;
        return this;
    }

    public long high() {
        return high;
    }

    public long low() {
        return low;
    }

    /// 0 to 65,535.
    public int port() {
        return port;
    }

    @Override
    public String toString() {
        return IpAddress.format(high, low) + ":" + port;
    }
}
