package org.weir.jdk;

import java.net.DatagramPacket;
import java.net.DatagramSocketImpl;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;

/// As [NoSocketImpl], for the constructor of `DatagramSocket`.
final class NoDatagramSocketImpl extends DatagramSocketImpl {
    private static IllegalStateException unused() {
        return new IllegalStateException("an adaptor has left a method to its superclass");
    }

    @Override
    protected void create() {
        throw unused();
    }

    @Override
    protected void bind(int port, InetAddress address) {
        throw unused();
    }

    @Override
    protected void send(DatagramPacket packet) {
        throw unused();
    }

    @Override
    protected int peek(InetAddress address) {
        throw unused();
    }

    @Override
    protected int peekData(DatagramPacket packet) {
        throw unused();
    }

    @Override
    protected void receive(DatagramPacket packet) {
        throw unused();
    }

    @SuppressWarnings("removal") // Abstract there still.
    @Override
    protected void setTTL(byte ttl) {
        throw unused();
    }

    @SuppressWarnings("removal") // Abstract there still.
    @Override
    protected byte getTTL() {
        throw unused();
    }

    @Override
    protected void setTimeToLive(int ttl) {
        throw unused();
    }

    @Override
    protected int getTimeToLive() {
        throw unused();
    }

    @Override
    protected void join(InetAddress group) {
        throw unused();
    }

    @Override
    protected void leave(InetAddress group) {
        throw unused();
    }

    @Override
    protected void joinGroup(SocketAddress group, NetworkInterface on) {
        throw unused();
    }

    @Override
    protected void leaveGroup(SocketAddress group, NetworkInterface on) {
        throw unused();
    }

    @Override
    protected void close() {
        throw unused();
    }

    @Override
    public void setOption(int id, Object value) {
        throw unused();
    }

    @Override
    public Object getOption(int id) {
        throw unused();
    }
}
