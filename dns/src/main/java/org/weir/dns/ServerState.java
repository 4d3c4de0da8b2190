package org.weir.dns;

import org.weir.time.StackClock;

/// A name server and what experience says of it. One that did not answer is set aside: others are asked instead, and
/// one question every 30 s finds out whether it is back.
final class ServerState {
    private static final long ASIDE_NS = 30 * StackClock.SECOND;

    private final NameServer server;
    private boolean isAside;
    private long asideUntilNs;
    private boolean isExtended = true;

    ServerState(NameServer server) {
        this.server = server;
    }

    NameServer server() {
        return server;
    }

    boolean isWorthAsking(long nowNs) {
        return !isAside || nowNs - asideUntilNs >= 0;
    }

    /// A question leaves: of a server that is aside this is the one that finds out.
    void asked(long nowNs) {
        if (isAside && isWorthAsking(nowNs)) {
            asideUntilNs = nowNs + ASIDE_NS;
        }
    }

    void answered() {
        isAside = false;
    }

    void silent(long nowNs) {
        if (!isAside) {
            isAside = true;
            asideUntilNs = nowNs + ASIDE_NS;
        }
    }

    /// It understands RFC 6891, as far as is known.
    boolean isExtended() {
        return isExtended;
    }

    void withoutExtension() {
        isExtended = false;
    }
}
