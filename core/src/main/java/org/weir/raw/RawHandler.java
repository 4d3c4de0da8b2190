package org.weir.raw;

/// Told of what happens to an endpoint, in the owner's thread, between packets: it may call anything.
public interface RawHandler {
    /// A packet waits.
    void readable(RawEndpoint endpoint);
}
