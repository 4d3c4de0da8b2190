package org.weir.dns;

import java.util.List;
import org.weir.wire.IpAddress;

/// What became of the look-up of a host.
///
/// @param host the name as it was given
/// @param status how it ended; [AnswerStatus#FOUND] if there are addresses
/// @param canonicalName what it is called in full; the name as it was given where nobody said
/// @param addresses of the families that were wanted
public record HostAnswer(String host, AnswerStatus status, String canonicalName, List<IpAddress> addresses) {
    public HostAnswer {
        addresses = List.copyOf(addresses);
    }
}
