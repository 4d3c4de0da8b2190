package org.weir.jdk;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;

/// Puts each `java.net.Socket` and `ServerSocket` that this JVM makes from now on onto a Weir stack.
///
/// Channels follow the system property `java.nio.channels.spi.SelectorProvider` instead; [WeirAgent] does both for a
/// program that cannot be changed. A `DatagramSocket` stays the kernel's, whatever is installed; that of a
/// `DatagramChannel` is on the stack.
public final class WeirSockets {
    private WeirSockets() {}

    /// Installs the stack of `provider`. Possible once for a JVM.
    ///
    /// @throws IOException if a socket factory was installed before, by this class or another one
    @SuppressWarnings("deprecation") // There is no other way for programs that say `new Socket()`.
    public static void install(WeirSelectorProvider provider) throws IOException {
        Socket.setSocketImplFactory(() -> new WeirSocketImpl(provider));
        ServerSocket.setSocketFactory(() -> new WeirServerSocketImpl(provider));
    }
}
