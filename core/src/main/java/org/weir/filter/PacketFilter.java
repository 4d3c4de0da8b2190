package org.weir.filter;

/// A user's own judge of packets and of what endpoints do.
///
/// It is asked in the middle of the stack's work and must not call the stack, which answers with
/// `IllegalStateException`. Whatever it throws, an `OutOfMemoryError` included, and no verdict at all count as
/// [FilterVerdict#DROP]: passed on, an exception would leave a packet half processed. [Filters#lastFailure] has it.
public interface PacketFilter {
    /// What is to become of `event`, which is valid during the call. Where [FilterHook#asks] is false the answer
    /// counts for nothing.
    FilterVerdict filter(FilterEvent event);
}
