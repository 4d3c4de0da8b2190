package org.weir.esp;

import org.weir.wire.IpPrefix;

/// What is to happen to packets between this host and others, RFC 4301 section 4.4.1; the same for both directions.
///
/// @param action what is to happen
/// @param local this host's addresses
/// @param remote the others'
/// @param protocol an IP protocol number; [#ANY] for all
/// @param localPorts ports of TCP and UDP at this host
/// @param remotePorts ports of TCP and UDP at the other
public record SecurityPolicy(
        Action action, IpPrefix local, IpPrefix remote, int protocol, Ports localPorts, Ports remotePorts) {
    /// All protocols.
    public static final int ANY = 0;

    private static final int MAXIMUM_PROTOCOL = 255;

    /// What happens to a packet.
    public enum Action {
        /// It goes out in ESP, and comes in in no other way.
        PROTECT,
        /// It goes as it is.
        BYPASS,
        /// It does not go.
        DISCARD
    }

    /// A range of ports.
    ///
    /// @param first from 0 on
    /// @param last to 65,535, not less than `first`
    public record Ports(int first, int last) {
        /// Every port, and what has none.
        public static final Ports ALL = new Ports(0, 0xFFFF);

        public Ports {
            if (first < 0 || last > 0xFFFF || first > last) {
                throw new IllegalArgumentException("ports " + first + " to " + last + " are no range in 0 to 65535");
            }
        }

        boolean contains(int port) {
            return port >= first && port <= last;
        }
    }

    public SecurityPolicy {
        if (protocol < 0 || protocol > MAXIMUM_PROTOCOL) {
            throw new IllegalArgumentException("protocol " + protocol + " is not in 0 to " + MAXIMUM_PROTOCOL);
        }
    }

    /// A policy for all that this host and `remote` exchange.
    public static SecurityPolicy with(Action action, IpPrefix remote) {
        return new SecurityPolicy(action, IpPrefix.ALL, remote, ANY, Ports.ALL, Ports.ALL);
    }

    boolean matches(Selectors s) {
        return (protocol == ANY || protocol == s.protocol)
                && remote.contains(s.remote)
                && local.contains(s.local)
                && (s.portsAreUnknown || localPorts.contains(s.localPort) && remotePorts.contains(s.remotePort));
    }
}
