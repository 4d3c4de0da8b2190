package org.weir.ip;

import org.jspecify.annotations.Nullable;
import org.weir.time.Timer;
import org.weir.wire.IpPrefix;

/// An address of an interface whose neighbours may dispute it.
final class AddressClaim {
    /// What becomes of it.
    enum Phase {
        /// Others are asked whether they have it; it is not in use.
        PROBING,
        /// In use; others are told so.
        ANNOUNCING,
        /// In use.
        HELD
    }

    /// What the listener is to be told.
    enum News {
        NONE,
        ACCEPTED,
        CONFLICT,
        LOST
    }

    final Netif netif;
    final IpPrefix prefix;
    final int address;
    final ConflictPolicy policy;
    final Timer timer;
    private final @Nullable AddressListener listener;
    Phase phase = Phase.PROBING;
    /// Probes, or announcements.
    int sent;

    boolean defended;
    /// Of no meaning unless [#defended].
    long defendedNs;

    private News news = News.NONE;
    private long rival;

    /// The next one whose listener is to be told something.
    @Nullable
    AddressClaim nextEvent;

    AddressClaim(
            Netif netif, IpPrefix prefix, ConflictPolicy policy, @Nullable AddressListener listener, Expiry expiry) {
        this.netif = netif;
        this.prefix = prefix;
        this.address = prefix.address().ipv4();
        this.policy = policy;
        this.listener = listener;
        this.timer = Timer.calling(_ -> expiry.expired(this));
    }

    void news(News what, long hardwareAddress) {
        news = what;
        rival = hardwareAddress;
    }

    void tell() {
        final News what = news;
        news = News.NONE;
        if (listener == null) {
            return;
        }
        switch (what) {
            case NONE -> {}
            case ACCEPTED -> listener.accepted(netif, prefix);
            case CONFLICT -> listener.conflict(netif, prefix, rival);
            case LOST -> listener.lost(netif, prefix, rival);
        }
    }

    /// Told when a claim's timer has expired.
    @FunctionalInterface
    interface Expiry {
        void expired(AddressClaim claim);
    }
}
