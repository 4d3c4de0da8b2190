package org.weir.testkit;

import org.weir.base.SplitMix64;
import org.weir.ip.Netif;
import org.weir.link.Link;
import org.weir.stack.Stack;
import org.weir.stack.StackConfig;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;

/// A host of a simulated network: a stack with one Ethernet interface.
public final class SimulatedHost implements AutoCloseable {
    private final Stack stack;
    private final Netif netif;
    private final IpPrefix address;

    SimulatedHost(StackConfig config, Link link, String address, long seed, long nowNs) {
        this.stack = Stack.create(config, new SplitMix64(seed), nowNs);
        this.netif = stack.addInterface("eth0", link);
        this.address = IpPrefix.parse(address);
        stack.addAddress(netif, this.address);
    }

    public Stack stack() {
        return stack;
    }

    public Netif netif() {
        return netif;
    }

    public IpAddress address() {
        return address.address();
    }

    /// Throws an `AssertionError` if the host still holds a buffer or a connection.
    public void assertNoLeaks() {
        stack.pool().assertNoLeaks();
        if (stack.tcp().connectionsInUse() != 0) {
            throw new AssertionError(stack.tcp().connectionsInUse() + " connections leaked");
        }
    }

    @Override
    public void close() {
        stack.close();
    }
}
