package org.weir.jdk;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.weir.drivers.LinkWaiter;
import org.weir.drivers.SystemEntropy;
import org.weir.drivers.TapLink;
import org.weir.drivers.TapOptions;
import org.weir.ip.Netif;
import org.weir.runtime.ParkingWaiter;
import org.weir.runtime.SharedStack;
import org.weir.runtime.Waiter;
import org.weir.stack.Stack;
import org.weir.wire.IpAddress;
import org.weir.wire.IpPrefix;

/// A host of its own in this JVM: a stack on a TAP or TUN, or with a loopback only, that any thread may call.
///
/// There may be several. Each has a daemon thread, which ends with [#close].
public final class WeirHost implements AutoCloseable {
    private final SharedStack stack;
    private final @Nullable LinkWaiter waiter;

    private WeirHost(SharedStack stack, @Nullable LinkWaiter waiter) {
        this.stack = stack;
        this.waiter = waiter;
    }

    /// Opens the device that `settings` name and starts the host.
    ///
    /// @throws IOException if the device cannot be opened; the message names it, the cause and what to do
    /// @throws IllegalArgumentException if the gateway is not on the host's network
    public static WeirHost open(HostSettings settings) throws IOException {
        final TapOptions device = settings.device();
        final IpPrefix address = settings.address();
        if (device == null || address == null) {
            final SharedStack stack =
                    SharedStack.start(newStack(settings), new ParkingWaiter(), settings.idle(), "weir lo");
            return new WeirHost(stack, null);
        }
        final Stack stack = newStack(settings);
        try {
            final TapLink link = TapLink.open(device);
            final Netif netif = stack.addInterface(link.name(), link);
            stack.addAddress(netif, address);
            final IpAddress gateway = settings.gateway();
            if (gateway != null) {
                stack.addGateway(gateway);
            }
            final LinkWaiter waiter = LinkWaiter.on(link.fileDescriptor());
            final String name = "weir " + link.name();
            return new WeirHost(SharedStack.start(stack, new Frames(waiter), settings.idle(), name), waiter);
        } catch (IOException | RuntimeException e) {
            stack.close();
            throw e;
        }
    }

    private static Stack newStack(HostSettings settings) {
        return Stack.create(settings.stackConfig(), new SystemEntropy(), System.nanoTime());
    }

    /// Waits for frames of a device. One that was deleted has no more of them; connections then time out.
    private record Frames(LinkWaiter waiter) implements Waiter {
        @Override
        public void await(long timeoutNs) {
            waiter.await(timeoutNs);
        }

        @Override
        public void wake() {
            waiter.wake();
        }
    }

    /// The stack, for the interfaces of [org.weir.runtime] and for what a program does to it directly.
    public SharedStack stack() {
        return stack;
    }

    /// Ends the host and closes its device: connections are not ended, peers hear nothing more. No effect if
    /// repeated.
    @Override
    public void close() {
        stack.close();
        if (waiter != null) {
            waiter.close();
        }
    }

    @Override
    public String toString() {
        return stack.toString();
    }
}
