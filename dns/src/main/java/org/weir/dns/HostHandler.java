package org.weir.dns;

/// Told what became of the look-up of a host, once, in the owner's thread, in a later poll than the one that asked. It
/// may call anything.
@FunctionalInterface
public interface HostHandler {
    void found(HostAnswer answer);
}
