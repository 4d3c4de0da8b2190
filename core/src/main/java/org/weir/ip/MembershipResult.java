package org.weir.ip;

/// What became of a request to join, leave or filter a group.
public enum MembershipResult {
    /// It was done.
    DONE,
    /// The address is not that of a group.
    NOT_A_GROUP,
    /// The socket has joined the group on that interface before.
    ALREADY_JOINED,
    /// The socket has not joined the group on that interface, or has not named that source.
    NOT_JOINED,
    /// The source is in the list already.
    ALREADY_LISTED,
    /// The socket hears all sources but some, and asked as if it heard some only, or the other way round.
    OTHER_MODE,
    /// All memberships of the stack, or all sources of this one, are in use.
    NONE_FREE
}
