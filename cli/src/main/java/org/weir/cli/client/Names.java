package org.weir.cli.client;

import org.weir.cli.Failure;
import org.weir.wire.IpAddress;

/// Finds the addresses of hosts.
@FunctionalInterface
interface Names {
    /// Addresses in figures, and what the hosts file has.
    Names LOCAL = new HostsFile();

    /// @throws Failure if nobody knows it
    IpAddress resolve(String name) throws Failure;
}
