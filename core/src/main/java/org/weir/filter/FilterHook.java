package org.weir.filter;

/// Where a filter is asked, or told.
///
/// The names are those of wolfIP's reasons; its "receiving" and "sending" are [#INPUT] and [#OUTPUT] here, since they
/// happen to packets there too. A packet of many segments, which the link cuts or has put together, is one event.
public enum FilterHook {
    /// A packet goes up: intact, for this host, whole again if it came in fragments, readable again if it came
    /// protected; what it carries has not been checked. Or, of [FilterProtocol#LINK], a frame for this station.
    INPUT(true),
    /// A packet of this host is about to leave: before it is protected or cut. Or a frame, of whomever it is.
    OUTPUT(true),
    /// A packet of another host for a third one, which a route leads to: as it came, maybe a fragment.
    FORWARD(true),

    /// An endpoint gets a local name.
    BINDING(true),
    /// An endpoint gives its local name up.
    DISSOCIATING(false),
    /// A TCP port begins to accept connections.
    LISTENING(true),
    /// It ends to.
    STOP_LISTENING(false),
    /// An endpoint gets a peer.
    CONNECTING(true),
    /// A SYN, or the acknowledgment of a SYN cookie, asks a listener for a connection: nothing has been answered
    /// yet.
    ACCEPTING(true),
    /// The peer will send no more on a connection: it is in CLOSE-WAIT.
    CLOSE_WAIT(false),
    /// The peer has reset a connection; [#CLOSED] follows.
    REMOTE_RESET(false),
    /// A connection is over, whatever ended it: each comes here once, at the latest after its TIME-WAIT.
    CLOSED(false),
    /// The network or our own ARP says that an endpoint's peer cannot be reached.
    ADDRESS_UNREACHABLE(false),
    /// The peer's host says that nobody listens there.
    PORT_UNREACHABLE(false);

    private final boolean asks;

    FilterHook(boolean asks) {
        this.asks = asks;
    }

    /// True if the verdict counts; if not the filter is only told.
    public boolean asks() {
        return asks;
    }

    int bit() {
        return 1 << ordinal();
    }
}
