package org.weir.jdk;

/// A channel that a [WeirSelector] can watch.
interface Watchable {
    ReadinessSource source();

    /// The operations of `interest` that are possible when the bits `events` of the stack's sockets hold.
    int translate(int events, int interest);
}
