package org.weir.memory;

/// Told when the last reference to a [Pbuf.Kind#CUSTOM] buffer has gone. Runs in the stack's thread.
@FunctionalInterface
public interface PbufRelease {
    /// The memory that `buffer` refers to is the caller's again. The buffer itself must not be kept.
    void released(Pbuf buffer);
}
