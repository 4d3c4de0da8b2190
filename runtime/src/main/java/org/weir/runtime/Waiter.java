package org.weir.runtime;

/// How the owner of a stack sleeps while there is nothing to do, and how others wake it.
///
/// [#await] is called by one thread at a time, the owner; [#wake] by any thread.
public interface Waiter {
    /// Waits until a frame may have arrived, [#wake] was called or `timeoutNs` have passed; not at all if that is
    /// not positive, and for ever if it is `Long.MAX_VALUE`. May return early without a reason. Allocates nothing.
    void await(long timeoutNs);

    /// Ends the owner's wait, or its next one if it is not waiting. What the caller wrote before is seen by the
    /// owner after.
    void wake();
}
