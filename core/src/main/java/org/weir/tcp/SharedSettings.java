package org.weir.tcp;

import org.jspecify.annotations.Nullable;

/// Settings that any number of connections and listeners have in common. Not changed while one has them: see
/// [SettingsTable].
final class SharedSettings extends TcpSettings {
    /// Connections and listeners that have them.
    int users;
    /// [#hashOfValues], kept.
    int hash;

    /// The next of its chain, or the next that is free.
    @Nullable
    SharedSettings next;
}
