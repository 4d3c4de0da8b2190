package org.weir.services.http;

/// Gives the body of an answer, piece by piece, as fast as the client takes it. Called in the owner's thread.
@FunctionalInterface
public interface HttpBodySource {
    /// There is no more.
    int END = -1;

    /// Writes up to `room` octets to `target` from `offset` on. Returns how many; 0 if there is nothing now, in
    /// which case [HttpExchange#resume] lets it be asked again; [#END] behind the last one.
    int fill(byte[] target, int offset, int room);
}
