package org.weir.runtime.sequential;

/// What a connection speaks.
public enum NetType {
    /// Streams of octets.
    TCP,
    /// Datagrams.
    UDP
}
