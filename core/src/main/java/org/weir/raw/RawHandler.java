package org.weir.raw;

/// Told of what happens to an endpoint, in the owner's thread, between packets: it may call anything.
public interface RawHandler {
    /// A packet waits.
    void readable(RawEndpoint endpoint);

    /// A host or port that an endpoint is connected to was reported unreachable: `icmpCode` of RFC 792.
    default void unreachable(RawEndpoint endpoint, int icmpCode) {}

    /// Errors wait in [RawEndpoint#errors].
    default void reported(RawEndpoint endpoint) {}
}
