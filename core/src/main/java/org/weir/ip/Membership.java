package org.weir.ip;

import org.jspecify.annotations.Nullable;

/// What one socket has asked to hear of one group on one interface, RFC 3376 section 3.1.
final class Membership {
    /// Sources in one filter at most.
    static final int SOURCES = 16;

    final SourceFilter filter = new SourceFilter(SOURCES);

    /// Null while nobody has it.
    @Nullable
    MulticastGroup group;

    @Nullable
    Membership nextOfSocket;

    @Nullable
    Membership nextOfGroup;
}
