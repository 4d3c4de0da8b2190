package org.weir.raw;

/// How a call on an endpoint went.
public enum RawResult {
    DONE,
    /// The packet is longer than IP can tell or this stack has buffers for, or does not fit the link and forbids
    /// fragments.
    TOO_LONG,
    /// No route to the destination.
    NO_ROUTE,
    /// No buffer is free, or the link takes no more now.
    NO_BUFFER,
    /// To all hosts of a network, without [RawEndpoint#broadcast].
    NOT_PERMITTED,
    /// The address is not one of this host, or the identifier is taken.
    NOT_AVAILABLE,
    /// Not a whole header, or on an echo endpoint something else than an echo request.
    MALFORMED,
    /// The stack's filter refused it.
    FILTERED
}
