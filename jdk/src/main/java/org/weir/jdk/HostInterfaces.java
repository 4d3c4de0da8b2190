package org.weir.jdk;

import java.io.IOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.weir.ip.Netif;
import org.weir.stack.Stack;

/// The interfaces of a host, as the JDK names them: `NetworkInterface` knows those of the kernel alone, so one of the
/// stack is meant by one of the same name. That is what a TAP is at its two ends, and the loopback.
final class HostInterfaces {
    private HostInterfaces() {}

    /// The index that the stack's interface of the name of `named` has there.
    ///
    /// @throws IOException if there is none; the message names it
    static int index(StackHost host, NetworkInterface named) throws IOException {
        final String name = named.getName();
        final int index = host.inspect(stack -> index(stack, name));
        if (index == 0) {
            throw new IOException("The stack has no interface that is called " + name);
        }
        return index;
    }

    private static int index(Stack stack, String name) {
        for (final Netif netif : stack.ipv4().interfaces()) {
            if (netif.name().equals(name)) {
                return netif.index();
            }
        }
        return 0;
    }

    /// The first interface that is not the loopback, or that if there is no other.
    ///
    /// @throws IOException if the kernel has none of that name; the message names it
    static NetworkInterface usual(StackHost host) throws IOException {
        final String name = host.inspect(stack -> {
            final List<Netif> all = stack.ipv4().interfaces();
            return all.get(Math.min(1, all.size() - 1)).name();
        });
        final NetworkInterface usual = NetworkInterface.getByName(name);
        if (usual == null) {
            throw new IOException("The kernel has no interface that is called " + name + " as that of the stack");
        }
        return usual;
    }

    /// The interface with that index; null for 0, and for one whose name the kernel does not know.
    static @Nullable NetworkInterface named(StackHost host, int index) throws SocketException {
        final String name = host.inspect(stack -> {
            final Netif netif = stack.ipv4().interfaceAt(index);
            return netif == null ? "" : netif.name();
        });
        return name.isEmpty() ? null : NetworkInterface.getByName(name);
    }
}
