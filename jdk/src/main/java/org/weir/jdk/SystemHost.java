package org.weir.jdk;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import org.weir.runtime.SharedStack;

/// The host of the whole JVM, for programs that name no other: what the system properties of [HostSettings] say.
final class SystemHost {
    private static @Nullable WeirHost host;

    private static @Nullable WeirSelectorProvider provider;

    private SystemHost() {}

    /// Channels on it, by one provider for all who ask.
    static synchronized WeirSelectorProvider provider() {
        WeirSelectorProvider made = provider;
        if (made == null) {
            made = new WeirSelectorProvider();
            provider = made;
        }
        return made;
    }

    /// Its stack. The host is opened when it is asked for first, in the network namespace of that thread, and lasts
    /// as long as the JVM.
    ///
    /// @throws IllegalArgumentException if a property is wrong; the message says which, and what is permitted
    /// @throws UncheckedIOException if the device cannot be opened; the message names it, the cause and what to do
    static synchronized SharedStack stack() {
        WeirHost opened = host;
        if (opened == null) {
            try {
                opened = WeirHost.open(HostSettings.ofSystemProperties());
            } catch (IOException e) {
                throw new UncheckedIOException(e.getMessage(), e);
            }
            host = opened;
        }
        return opened.stack();
    }
}
