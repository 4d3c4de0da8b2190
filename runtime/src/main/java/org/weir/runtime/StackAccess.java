package org.weir.runtime;

/// A way to call a stack from any thread: [SharedStack] where threads are real, [SimulatedStack] where they are
/// simulated.
public interface StackAccess {
    /// Runs `call` as the owner of the stack and returns when it is done. What it throws is thrown here. May be
    /// called by a handler or a callback of this stack too.
    ///
    /// @throws StackEndedException if the stack runs no more
    void call(StackCall call);

    /// Lets `action` be run when the stack has ended and refuses calls, for those who wait for what will not happen
    /// any more. By the last owner; it must not wait. To be said by the owner.
    void atEnd(Runnable action);
}
