package org.weir.services.dhcp;

/// What a client is doing: RFC 2131 section 4.4, figure 5.
public enum DhcpState {
    /// It has nothing, and is about to ask.
    INIT,
    /// It has asked who offers an address.
    SELECTING,
    /// It has asked for an address that was offered.
    REQUESTING,
    /// It looks whether another host has the address that it was given: part of REQUESTING and REBOOTING in the
    /// figure, and the last step of section 3.1.
    CHECKING,
    /// It has an address.
    BOUND,
    /// It has an address, and asks the server that gave it to let it have it for longer.
    RENEWING,
    /// It has an address, and asks any server.
    REBINDING,
    /// It remembers an address, and is about to ask for it.
    INIT_REBOOT,
    /// It has asked for the address that it remembers.
    REBOOTING,
    /// It was closed.
    CLOSED;

    /// True if the address of the lease may be used.
    public boolean hasAddress() {
        return this == BOUND || this == RENEWING || this == REBINDING;
    }
}
