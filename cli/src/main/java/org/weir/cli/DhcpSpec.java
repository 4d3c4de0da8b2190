package org.weir.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// An interface that gets its address by DHCP.
///
/// @param leaseFile where the address is remembered; null to forget it
/// @param hostName what the host says it is called; null for nothing
record DhcpSpec(@Nullable Path leaseFile, @Nullable String hostName) {}
