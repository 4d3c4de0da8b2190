package org.weir.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.weir.memory.MemoryPlan;
import org.weir.services.http.HttpConfig;

/// What a host serves over HTTP and HTTPS.
///
/// @param http in plain, null for nothing
/// @param https over TLS, null for nothing
/// @param keys for TLS; none for one that is made
/// @param connections of each of the two at once
record WebSpec(@Nullable HttpSpec http, @Nullable HttpSpec https, List<TlsSpec> keys, int connections) {
    static final int USUAL_CONNECTIONS = 256;

    static WebSpec none() {
        return new WebSpec(null, null, List.of(), USUAL_CONNECTIONS);
    }

    /// A page about the host on both well-known ports.
    static WebSpec wellKnown() {
        return new WebSpec(new HttpSpec(80, null), new HttpSpec(443, null), List.of(), USUAL_CONNECTIONS);
    }

    HttpConfig config(long epochOffsetNs) {
        return HttpConfig.defaults(epochOffsetNs).withConnections(connections);
    }

    /// Adds to `plan` what is held for all this.
    MemoryPlan addTo(MemoryPlan plan) {
        final MemoryPlan plain = http == null ? plan : config(0).addTo(plan);
        return https == null ? plain : config(0).addTlsTo(plain);
    }
}
