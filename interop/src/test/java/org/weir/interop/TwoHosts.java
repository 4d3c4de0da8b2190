package org.weir.interop;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import org.weir.base.SplitMix64;
import org.weir.jdk.WeirSelectorProvider;
import org.weir.link.Link;
import org.weir.runtime.CableLink;
import org.weir.runtime.IdleStrategy;
import org.weir.runtime.ParkingWaiter;
import org.weir.runtime.SharedStack;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;
import org.weir.wire.IpPrefix;

/// The channels of a JVM with two hosts that a cable joins: 10.77.0.2 for the threads of the group [#SERVER] and all
/// that they start, 10.77.0.1 for all others. A channel of one host with a selector of the other is refused, so
/// programs that mix them up fail.
public final class TwoHosts extends SelectorProvider {
    static final String SERVER = "server";

    private static final int MTU = 1_500;

    private final SelectorProvider client;
    private final SelectorProvider server;

    /// Made by the JDK, once.
    public TwoHosts() {
        final ParkingWaiter near = new ParkingWaiter();
        final ParkingWaiter far = new ParkingWaiter();
        final CableLink.Ends cable = CableLink.between(near, far, MTU);
        client = host("10.77.0.1/24", near, cable.first());
        server = host("10.77.0.2/24", far, cable.second());
    }

    private static SelectorProvider host(String address, ParkingWaiter waiter, Link link) {
        final long nowNs = System.nanoTime();
        final Stack stack = Stack.create(StackConfig.defaults(), new SplitMix64(nowNs), nowNs);
        stack.addAddress(stack.addInterface("cable", link), IpPrefix.parse(address));
        stack.release();
        return new WeirSelectorProvider(SharedStack.start(stack, waiter, IdleStrategy.BALANCED, address));
    }

    private SelectorProvider mine() {
        for (ThreadGroup group = Thread.currentThread().getThreadGroup(); group != null; group = group.getParent()) {
            if (group.getName().equals(SERVER)) {
                return server;
            }
        }
        return client;
    }

    @Override
    public SocketChannel openSocketChannel() throws IOException {
        return mine().openSocketChannel();
    }

    @Override
    public SocketChannel openSocketChannel(ProtocolFamily family) throws IOException {
        return mine().openSocketChannel(family);
    }

    @Override
    public ServerSocketChannel openServerSocketChannel() throws IOException {
        return mine().openServerSocketChannel();
    }

    @Override
    public ServerSocketChannel openServerSocketChannel(ProtocolFamily family) throws IOException {
        return mine().openServerSocketChannel(family);
    }

    @Override
    public DatagramChannel openDatagramChannel() throws IOException {
        return mine().openDatagramChannel();
    }

    @Override
    public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
        return mine().openDatagramChannel(family);
    }

    @Override
    public Pipe openPipe() throws IOException {
        return mine().openPipe();
    }

    @Override
    public AbstractSelector openSelector() throws IOException {
        return mine().openSelector();
    }
}
