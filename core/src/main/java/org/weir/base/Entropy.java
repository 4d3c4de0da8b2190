package org.weir.base;

/// A source of random bits, injected so that a simulation can replay a run.
@FunctionalInterface
public interface Entropy {
    /// 64 bits. Called in the owner's thread; must not allocate once the stack has started.
    long next();
}
