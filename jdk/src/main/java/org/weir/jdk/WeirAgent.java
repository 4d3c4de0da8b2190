package org.weir.jdk;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Puts a whole program on a Weir stack, channels and sockets alike, before its `main` begins:
/// `java -javaagent:weir-jdk.jar=tap=t0,ip=10.77.0.2/24 ...`. The settings are those of [HostSettings], and may be
/// system properties as well.
public final class WeirAgent {
    private static final String PROVIDER = "java.nio.channels.spi.SelectorProvider";

    private WeirAgent() {}

    /// Called by the JVM.
    ///
    /// @param settings names and values with `=` between and commas behind; null or empty for none
    /// @throws IllegalArgumentException if a setting is wrong; the message says which, and what is permitted
    /// @throws IOException if a socket factory was installed before
    public static void premain(@Nullable String settings) throws IOException {
        if (settings != null && !settings.isBlank()) {
            for (final String setting : settings.split(",", -1)) {
                final int equals = setting.indexOf('=');
                if (equals < 0) {
                    throw new IllegalArgumentException("'" + setting + "' is not a setting, as in tap=t0");
                }
                System.setProperty(HostSettings.checked(setting.substring(0, equals)), setting.substring(equals + 1));
            }
        }
        System.setProperty(PROVIDER, WeirSelectorProvider.class.getName());
        WeirSockets.install(SystemHost.provider());
    }
}
