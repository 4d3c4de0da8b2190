package org.weir.cli;

import java.nio.file.Path;

/// Where a host listens for native programs.
///
/// @param socket the control socket
/// @param isOptional the host goes on without a door if another process listens there; its ready line then names no
/// socket
/// @param lingerNs how long after the last program has gone the host ends; [#FOR_EVER] to go on
record DoorSpec(Path socket, boolean isOptional, long lingerNs) {
    static final long FOR_EVER = Long.MAX_VALUE;
}
